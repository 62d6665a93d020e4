/** Finds libtensorflow or brings it here. */
import { BackendUnavailable } from "../../core/errors.ts";
import { cacheRoot, libraryFolder } from "./cache_folder.ts";
import { findCached, findLibrary } from "./find_library.ts";
import {
  type FoundLibrary,
  LIBRARY_VARIABLE,
  type LibraryBuild,
  type LibraryKind,
  type NotFound,
  TENSORFLOW_VERSION,
} from "./found_library.ts";
import { withLock } from "./folder_lock.ts";
import { installLibrary } from "./install_library.ts";
import { findDamage, readManifest } from "./manifest.ts";
import { requireOwnFolder } from "./owner.ts";
import { wantedBuild, wheelArchitecture } from "./platform.ts";
import type { ProgressHandler } from "./progress.ts";

/** What to bring, and how. */
export interface EnsureLibraryOptions {
  /** The build; "auto" when missing. */
  kind?: LibraryKind;
  /**
   * Whether every byte of a library in the cache is compared with its SHA-256 first, and a damaged one replaced. For
   * `setup`, and after a library did not load; sizes alone are compared otherwise.
   */
  verify?: boolean;
  /** Told of waiting, downloading, unpacking and checking. */
  onProgress?: ProgressHandler;
}

/** The library, and what getting it took. */
export interface EnsuredLibrary extends FoundLibrary {
  /** Bytes that were downloaded; 0 where the library was there. */
  downloadedBytes: number;
  /** What the user should know: that a damaged library was replaced, or that the CPU build was taken for want of CUDA's. */
  note?: string;
}

/**
 * Finds libtensorflow as {@linkcode findLibrary} does, or downloads it through pip into the cache. Safe to be called by
 * several processes at once, and after one that was killed.
 * @throws {BackendUnavailable} If it is neither here nor to be had; the caller then takes the next backend
 */
export async function ensureLibrary(options: EnsureLibraryOptions = {}): Promise<EnsuredLibrary> {
  const kind = options.kind ?? "auto";
  const found = await findLibrary({ kind });
  if (found.found && !(options.verify === true && found.source === "cache")) {
    return { ...found, downloadedBytes: 0 };
  }
  refuseWrongVariable(found);
  wheelArchitecture();
  const build = await wantedBuild(kind);
  try {
    return await bring(build, options);
  } catch (error) {
    const cached = await findCached("cpu");
    if (!(error instanceof BackendUnavailable) || kind !== "auto" || !cached.found) throw error;
    return { ...cached, downloadedBytes: 0, note: `without CUDA: ${error.message}` };
  }
}

/** A variable that is set but leads nowhere is an error: the user meant another library than the one we would take. */
function refuseWrongVariable(found: FoundLibrary | NotFound): void {
  if (found.found || !Deno.env.get(LIBRARY_VARIABLE)) return;
  throw new BackendUnavailable(`Cannot use libtensorflow: ${found.reasons.join("; ")}`);
}

async function bring(build: LibraryBuild, options: EnsureLibraryOptions): Promise<EnsuredLibrary> {
  await makeCacheRoot();
  await requireOwnFolder(cacheRoot());
  const onWait = (holder: string) =>
    options.onProgress?.({
      stage: "wait",
      what: `${holder}, which sets up libtensorflow`,
      bytes: 0,
      bytesPerSecond: 0,
    });
  return await withLock(`${libraryFolder(build)}.lock`, async () => {
    const present = await findWhole(build, options);
    if (present.found) return { ...present, downloadedBytes: 0 };
    const { downloadedBytes, replaced } = await installLibrary(build, options.onProgress);
    const brought = await findCached(build);
    const note = replaced ? `replaced: ${present.reasons.join("; ")}` : undefined;
    if (brought.found) return { ...brought, downloadedBytes, note };
    throw new BackendUnavailable(`Cannot use libtensorflow just set up: ${brought.reasons.join("; ")}`);
  }, { onWait });
}

async function findWhole(
  build: LibraryBuild,
  options: EnsureLibraryOptions,
): Promise<FoundLibrary | NotFound> {
  const cached = await findCached(build);
  if (!cached.found || options.verify !== true) return cached;
  const folder = libraryFolder(build);
  const manifest = await readManifest(folder);
  const damage = manifest === undefined
    ? ["no manifest"]
    : await findDamage(folder, manifest, options.onProgress);
  return damage.length === 0 ? cached : { found: false, reasons: damage };
}

async function makeCacheRoot(): Promise<void> {
  try {
    await Deno.mkdir(cacheRoot(), { recursive: true, mode: 0o755 });
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new BackendUnavailable(
      `Cannot set up libtensorflow ${TENSORFLOW_VERSION}: folder "${cacheRoot()}" cannot be made (${words}), ` +
        "expected one that can be written; set XDG_CACHE_HOME to another",
      { cause: error },
    );
  }
}
