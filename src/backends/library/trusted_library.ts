/** What must hold of a libtensorflow before its code is loaded into this process. */
import { dirname, join, relative } from "node:path";
import { BackendUnavailable } from "../../core/errors.ts";
import type { FoundLibrary } from "./found_library.ts";
import { hashFile, readManifest } from "./manifest.ts";
import { requireOwnFiles } from "./owner.ts";
import { type ProgressHandler, ProgressMeter } from "./progress.ts";
import { isStamped, readStamps, stampOf, writeStamps } from "./stamps.ts";
import { parseRecord } from "./wheel.ts";

/** The folder that manifest and paths in it are relative to: that of the package, or the one above it. */
async function manifestDigests(folder: string): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const place of [folder, dirname(folder)]) {
    const manifest = await readManifest(place);
    for (const { file, sha256 } of manifest?.files ?? []) digests.set(join(place, file), sha256);
  }
  return digests;
}

/** What the RECORDs of installed wheels say of the files, where the library lies in Python's site-packages. */
async function recordedDigests(folder: string): Promise<Map<string, string>> {
  const packages = dirname(folder);
  const digests = new Map<string, string>();
  try {
    for await (const { name } of Deno.readDir(packages)) {
      if (!/^(tensorflow|nvidia).*\.dist-info$/.test(name)) continue;
      const record = await Deno.readTextFile(join(packages, name, "RECORD")).catch(() => "");
      for (const [file, { sha256 }] of parseRecord(record)) digests.set(join(packages, file), sha256);
    }
  } catch {
    // a library that lies alone has no packages beside it
  }
  return digests;
}

/** Files that are loaded, with their digests where something tells them. */
async function expectedDigests({ tensorflowPath }: FoundLibrary): Promise<ReadonlyMap<string, string>> {
  const folder = dirname(tensorflowPath);
  const known = await manifestDigests(folder);
  return known.size > 0 ? known : await recordedDigests(folder);
}

async function compare(
  pending: readonly (readonly [string, string])[],
  onProgress: ProgressHandler | undefined,
): Promise<void> {
  const sizes = await Promise.all(pending.map(async ([path]) => (await Deno.stat(path)).size));
  const meter = new ProgressMeter("check", sizes.reduce((sum, size) => sum + size, 0), onProgress);
  for (const [path, expected] of pending) {
    const found = await hashFile(path, (bytes) => meter.add(bytes, relative(dirname(dirname(path)), path)));
    if (found === expected) continue;
    throw new BackendUnavailable(
      `Cannot load "${path}": its SHA-256 is ${found.slice(0, 12)}…, expected ${
        expected.slice(0, 12)
      }… as it was ` +
        "installed; the file was changed or damaged, `deno task setup` brings it again",
    );
  }
}

/**
 * Makes sure that a library is what was installed, and that nobody else can change it: its files and their folders
 * belong to this user or root, and their digests are those of the manifest or of the wheel's RECORD. Files are read
 * once: a stamp in the user's cache tells the state in which they were compared.
 * @throws {BackendUnavailable} If somebody else may write to a file, or one was changed
 */
export async function requireTrusted(library: FoundLibrary, onProgress?: ProgressHandler): Promise<void> {
  const files = [library.frameworkPath, library.tensorflowPath, ...library.preload];
  await requireOwnFiles(files);
  const digests = await expectedDigests(library);
  const stamps = await readStamps();
  const pending: (readonly [string, string])[] = [];
  for (const path of files) {
    const sha256 = digests.get(path);
    if (sha256 !== undefined && !await isStamped(stamps, path, sha256)) pending.push([path, sha256]);
  }
  if (pending.length === 0) return;
  // taken before the bytes are read: what changes meanwhile has another one
  const fresh = await Promise.all(
    pending.map(async ([path, sha256]) => [path, await stampOf(path, sha256)] as const),
  );
  await compare(pending, onProgress);
  await writeStamps(new Map([...stamps, ...fresh]));
}
