/** Downloads and unpacks a library into the cache, in place only when whole. */
import { basename, dirname, join } from "node:path";
import { BackendUnavailable, FormatError } from "../../core/errors.ts";
import { syncFolder } from "../../core/sync_folder.ts";
import { cacheRoot, libraryFolder } from "./cache_folder.ts";
import { type LibraryBuild, TENSORFLOW_VERSION } from "./found_library.ts";
import { libraryInFolder } from "./library_files.ts";
import { type ManifestFile, writeManifest } from "./manifest.ts";
import { pipDownload } from "./pip_download.ts";
import { wheelArchitecture } from "./platform.ts";
import type { ProgressHandler } from "./progress.ts";
import { unpackWheel } from "./unpack_wheel.ts";
import { extraRequirements, openWheel } from "./wheel.ts";
import { whileOpen } from "../../core/while_open.ts";

/** What an installation took. */
export interface Installed {
  /** Bytes of the wheels that pip brought. */
  downloadedBytes: number;
  /** Whether a folder that was there had to go. */
  replaced: boolean;
}

/**
 * Brings the library of that build into its folder of the cache, replacing what is there. Leftovers of an earlier call
 * that was killed are removed, wheels are not kept. The caller holds the lock of that build.
 * @throws {BackendUnavailable} If the download fails, or what came is damaged
 */
export async function installLibrary(build: LibraryBuild, onProgress?: ProgressHandler): Promise<Installed> {
  const target = libraryFolder(build);
  await removeLeftovers(build);
  const partial = `${target}.partial-${Deno.pid}`;
  try {
    await Deno.mkdir(join(partial, "library"), { recursive: true });
    const downloadedBytes = await fill(partial, build, onProgress);
    const replaced = await replace(join(partial, "library"), target, join(partial, "replaced"));
    return { downloadedBytes, replaced };
  } catch (error) {
    if (error instanceof BackendUnavailable) throw error;
    const words = error instanceof Error ? error.message : String(error);
    throw new BackendUnavailable(
      `Cannot set up libtensorflow ${TENSORFLOW_VERSION} in "${target}": ${words}`,
      {
        cause: error,
      },
    );
  } finally {
    await removeFolder(partial);
  }
}

/** Downloads and unpacks below `partial`, first TensorFlow, then what its METADATA names for CUDA; gives the bytes. */
async function fill(partial: string, build: LibraryBuild, onProgress?: ProgressHandler): Promise<number> {
  const main = await takeWheels([`${packageName(build)}==${TENSORFLOW_VERSION}`], partial, onProgress);
  const all = [main];
  if (build === "cuda") {
    all.push(await takeWheels(extraRequirements(main.metadata, "and-cuda"), partial, onProgress));
  }
  const library = join(partial, "library");
  if (await libraryInFolder(library) === undefined) {
    throw new FormatError(
      `${main.wheels.join(", ")} has not both libraries, expected libtensorflow_cc and _framework`,
    );
  }
  const files = all.flatMap((taken) => taken.files);
  const wheels = all.flatMap((taken) => taken.wheels);
  await writeManifest(library, { version: TENSORFLOW_VERSION, build, wheels, files });
  return all.reduce((sum, taken) => sum + taken.bytes, 0);
}

interface Taken {
  wheels: string[];
  files: ManifestFile[];
  bytes: number;
  /** METADATA of the last wheel. */
  metadata: string;
}

async function takeWheels(
  requirements: string[],
  partial: string,
  onProgress?: ProgressHandler,
): Promise<Taken> {
  const folder = join(partial, "wheels");
  await Deno.mkdir(folder);
  const taken: Taken = { wheels: [], files: [], bytes: 0, metadata: "" };
  for (const path of await pipDownload(requirements, { folder, onProgress })) {
    const wheel = await openWheel(path);
    await whileOpen(wheel.file, async (file) => {
      taken.wheels.push(basename(path));
      taken.bytes += (await file.stat()).size;
      taken.files.push(...await unpackWheel(wheel, join(partial, "library"), onProgress));
      taken.metadata = wheel.metadata;
      await Deno.remove(path);
    });
  }
  await Deno.remove(folder, { recursive: true });
  return taken;
}

/** `tensorflow-cpu` has no wheel for aarch64, where `tensorflow` itself is without CUDA. */
function packageName(build: LibraryBuild): string {
  return build === "cpu" && wheelArchitecture() === "x86_64" ? "tensorflow-cpu" : "tensorflow";
}

/** Puts `source` at `target`; what was there goes to `aside` first, since processes may have it mapped. */
async function replace(source: string, target: string, aside: string): Promise<boolean> {
  let replaced = true;
  try {
    await Deno.rename(target, aside);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    replaced = false;
  }
  await Deno.rename(source, target);
  await syncFolder(dirname(target));
  return replaced;
}

async function removeLeftovers(build: LibraryBuild): Promise<void> {
  const prefix = `${basename(libraryFolder(build))}.partial-`;
  for await (const { name } of Deno.readDir(cacheRoot())) {
    if (name.startsWith(prefix)) await removeFolder(join(cacheRoot(), name));
  }
}

async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
