/** The list of files that a set-up library consists of, written beside them, and the check against it. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { LibraryBuild } from "./found_library.ts";
import { type ProgressHandler, ProgressMeter } from "./progress.ts";
import { whileOpen } from "../../core/while_open.ts";

/** One file of the library. */
export interface ManifestFile {
  /** Its path in the library's folder, with `/`. */
  file: string;
  /** Its bytes. */
  size: number;
  /** SHA-256 of its bytes, 64 hexadecimal digits. */
  sha256: string;
}

/** What `manifest.json` holds. */
export interface Manifest {
  /** The release of TensorFlow. */
  version: string;
  /** For CPUs alone or with CUDA. */
  build: LibraryBuild;
  /** The wheels that the files were taken from. */
  wheels: string[];
  /** Every file but the manifest. */
  files: ManifestFile[];
}

const MANIFEST_NAME = "manifest.json";
const CHUNK_BYTES = 1 << 22;

/** Writes the manifest of `folder`. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await whileOpen(
    await Deno.open(join(folder, MANIFEST_NAME), { write: true, createNew: true }),
    async (file) => {
      const bytes = new TextEncoder().encode(JSON.stringify(manifest, null, 2) + "\n");
      for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      await file.sync();
    },
  );
}

/** The manifest of `folder`; `undefined` where it is missing or not readable as one. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const value: unknown = JSON.parse(await Deno.readTextFile(join(folder, MANIFEST_NAME)));
    return isManifest(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The files whose size is not the manifest's, or which are missing; a sentence each. Quick. */
export async function findWrongSizes(folder: string, manifest: Manifest): Promise<string[]> {
  const wrong: string[] = [];
  for (const { file, size } of manifest.files) {
    const present = await sizeOf(join(folder, file));
    if (present !== size) wrong.push(`"${file}" ${present ?? "is missing"}, expected ${size} bytes`);
  }
  return wrong;
}

/** The files that are not the manifest's, by size and SHA-256; a sentence each. Reads every byte. */
export async function findDamage(
  folder: string,
  manifest: Manifest,
  onProgress?: ProgressHandler,
): Promise<string[]> {
  const damage = await findWrongSizes(folder, manifest);
  if (damage.length > 0) return damage;
  const meter = new ProgressMeter(
    "check",
    manifest.files.reduce((sum, { size }) => sum + size, 0),
    onProgress,
  );
  for (const { file, sha256 } of manifest.files) {
    const present = await hashFile(join(folder, file), (bytes) => meter.add(bytes, file));
    if (present !== sha256) damage.push(`"${file}" has sha256 ${present}, expected ${sha256}`);
  }
  return damage;
}

/** SHA-256 of a file's bytes, 64 hexadecimal digits. @param onBytes Told how many were read, again and again */
export async function hashFile(path: string, onBytes: (bytes: number) => void): Promise<string> {
  return await whileOpen(await Deno.open(path), async (file) => {
    const hash = createHash("sha256");
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (let count = await file.read(buffer); count !== null; count = await file.read(buffer)) {
      hash.update(buffer.subarray(0, count));
      onBytes(count);
    }
    return hash.digest("hex");
  });
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const info = await Deno.stat(path);
    return info.isFile ? info.size : undefined;
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== "object" || value === null) return false;
  const { version, build, wheels, files } = value as Partial<Record<keyof Manifest, unknown>>;
  return typeof version === "string" && (build === "cpu" || build === "cuda") && Array.isArray(wheels) &&
    Array.isArray(files) && files.length > 0 && files.every(isManifestFile);
}

function isManifestFile(value: unknown): value is ManifestFile {
  if (typeof value !== "object" || value === null) return false;
  const { file, size, sha256 } = value as Partial<Record<keyof ManifestFile, unknown>>;
  return typeof file === "string" && typeof size === "number" && typeof sha256 === "string";
}
