/**
 * Which files were compared with their digests, so that hundreds of megabytes are read once and not at every start: a
 * list in the user's cache that only he can write. A file that changed since, in any way that the system notes, is
 * compared again.
 */
import { rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheRoot } from "./cache_folder.ts";
import { distrust, trustedUsers } from "./owner.ts";

/** The state of a file by which a change of it is noticed, and the digest that it had then. */
export interface FileStamp {
  /** Bytes. */
  readonly size: string;
  /** Nanoseconds since 1970 of the last change of its bytes. */
  readonly modified: string;
  /** The same of anything about it; no user can set this one back. */
  readonly changed: string;
  /** Number of the file, and of its filesystem. */
  readonly node: string;
  /** SHA-256, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Stamps by absolute path. */
export type Stamps = ReadonlyMap<string, FileStamp>;

const NAME = "verified.json";

const GROUP_WRITES = 0o020;

/** The state of a file now, with a digest that is known from elsewhere. */
export async function stampOf(path: string, sha256: string): Promise<FileStamp> {
  const { size, mtimeNs, ctimeNs, ino, dev } = await stat(path, { bigint: true });
  return { size: `${size}`, modified: `${mtimeNs}`, changed: `${ctimeNs}`, node: `${dev} ${ino}`, sha256 };
}

/** Whether a file is as it was when it had this digest. */
export async function isStamped(stamps: Stamps, path: string, sha256: string): Promise<boolean> {
  const stamp = stamps.get(path);
  if (stamp === undefined) return false;
  const now = await stampOf(path, sha256);
  return Object.entries(now).every(([key, value]) => stamp[key as keyof FileStamp] === value);
}

/** The list; empty where there is none, it is damaged, or anybody else may write to it. */
export async function readStamps(): Promise<Map<string, FileStamp>> {
  const path = join(cacheRoot(), NAME);
  try {
    const info = await Deno.stat(path);
    const others = (info.mode ?? 0) & GROUP_WRITES;
    if (others !== 0 || distrust(info, await trustedUsers(), false) !== undefined) return new Map();
    return new Map(Object.entries(JSON.parse(await Deno.readTextFile(path)) as Record<string, FileStamp>));
  } catch {
    return new Map();
  }
}

/** Replaces the list. Where the cache cannot be written, files are compared at every start instead. */
export async function writeStamps(stamps: Stamps): Promise<void> {
  const path = join(cacheRoot(), NAME);
  const beside = `${path}.${Deno.pid}`;
  try {
    await Deno.mkdir(cacheRoot(), { recursive: true, mode: 0o755 });
    await writeFile(beside, `${JSON.stringify(Object.fromEntries(stamps), null, 1)}\n`, {
      mode: 0o600,
      flag: "wx",
    });
    await rename(beside, path);
  } catch {
    await Deno.remove(beside).catch(() => {});
  }
}
