import { createHash, randomUUID } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { checkRegularFileSync, NotAFile } from "../core/regular_file.ts";
import { syncFolder } from "../core/sync_folder.ts";

/** A file that was written. */
export interface WrittenFile {
  /** Absolute. */
  readonly path: string;
  /** Length. */
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes a file beside its place, syncs it, renames it and syncs the folder: readers see the old file or the whole new one.
 * @throws {ConfigError} If a folder is at the place
 */
export async function putFile(path: string, bytes: Uint8Array): Promise<WrittenFile> {
  const target = resolve(path);
  if (existsSync(target)) refuseOther(target, path);
  await mkdir(dirname(target), { recursive: true });
  const beside = `${target}.${randomUUID()}.part`;
  try {
    await writeSynced(beside, bytes);
    await rename(beside, target);
    await syncFolder(dirname(target));
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  return written(target, bytes);
}

/** A pipe or a device that is renamed over would be gone: `--out /dev/null` means something else. */
function refuseOther(target: string, path: string): void {
  try {
    checkRegularFileSync(target);
  } catch (error) {
    if (!(error instanceof NotAFile)) throw error;
    throw new ConfigError(`Cannot write to "${path}": ${error.message}, expected a file`, { cause: error });
  }
}

/**
 * Writes a folder beside its place and renames it. An empty folder there, and one that an earlier
 * export made, is replaced.
 * @param files By path relative to the folder, with `/`
 * @param mark The file by which an earlier export is known
 * @throws {ConfigError} If something else is at the place
 */
export async function putFolder(
  path: string,
  files: ReadonlyMap<string, Uint8Array>,
  mark: string,
): Promise<WrittenFile[]> {
  const target = resolve(path);
  if (existsSync(target) && !statSync(target).isDirectory()) {
    throw new ConfigError(`Cannot write to "${path}": it is a file, expected a folder`);
  }
  if (existsSync(target) && !existsSync(join(target, mark)) && (await readdir(target)).length > 0) {
    throw new ConfigError(
      `Cannot write to "${path}": something else is there (no ${mark} in it), ` +
        "expected a new, empty or exported folder",
    );
  }
  const beside = `${target}.${randomUUID()}.part`;
  try {
    for (const [name, bytes] of files) {
      const file = join(beside, name);
      await mkdir(dirname(file), { recursive: true });
      await writeSynced(file, bytes);
      await syncFolder(dirname(file));
    }
    await replaceFolder(beside, target);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
  return [...files].map(([name, bytes]) => written(join(target, name), bytes));
}

async function replaceFolder(beside: string, target: string): Promise<void> {
  const old = `${target}.${randomUUID()}.old`;
  const replaces = existsSync(target);
  if (replaces) await rename(target, old);
  await rename(beside, target);
  await syncFolder(dirname(target));
  if (replaces) await rm(old, { recursive: true });
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function written(path: string, bytes: Uint8Array): WrittenFile {
  return { path, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}
