/** Looks for a libtensorflow that is already on this machine. */
import { dirname } from "node:path";
import { libraryFolder } from "./cache_folder.ts";
import {
  type FoundLibrary,
  LIBRARY_VARIABLE,
  type LibraryBuild,
  type LibraryKind,
  type NotFound,
  TENSORFLOW_VERSION,
} from "./found_library.ts";
import { libraryInFolder } from "./library_files.ts";
import { findWrongSizes, readManifest } from "./manifest.ts";
import { wantedBuild } from "./platform.ts";
import { findPythonTensorflow } from "./python.ts";

/** How to look. */
export interface FindLibraryOptions {
  /** What is looked for; "auto" when missing. */
  kind?: LibraryKind;
}

/**
 * Looks for libtensorflow: at `GUIDEDMIX_LIBTENSORFLOW`, in an installed Python tensorflow of the same minor release, in
 * this project's cache. Nothing is downloaded or loaded; files of the cache are checked by their sizes. Where the variable is
 * set, only its library counts.
 * @returns the first that was found, or the reasons why none was
 * @throws {BackendUnavailable} If CUDA is asked for where it cannot be had
 */
export async function findLibrary(options: FindLibraryOptions = {}): Promise<FoundLibrary | NotFound> {
  const kind = options.kind ?? "auto";
  const chosen = Deno.env.get(LIBRARY_VARIABLE);
  if (chosen !== undefined && chosen !== "") return await findChosen(chosen);
  const build = await wantedBuild(kind);
  const python = await findInPython(kind, build);
  if (python.found) return python;
  const cached = await findCached(build);
  return cached.found ? cached : notFound(...python.reasons, ...cached.reasons);
}

/** The library of that build in the cache, if its files have the sizes that the manifest tells. */
export async function findCached(build: LibraryBuild): Promise<FoundLibrary | NotFound> {
  const folder = libraryFolder(build);
  const manifest = await readManifest(folder);
  if (manifest === undefined) return notFound(`"${folder}" holds no library that was set up`);
  const wrong = await findWrongSizes(folder, manifest);
  if (wrong.length > 0) return notFound(`"${folder}" is damaged: ${wrong.join("; ")}`);
  const files = await libraryInFolder(folder);
  if (files === undefined) return notFound(`"${folder}" has not both libraries of TensorFlow`);
  return {
    found: true,
    ...files,
    version: manifest.version,
    source: "cache",
    cuda: files.preload.length > 0,
  };
}

async function findChosen(path: string): Promise<FoundLibrary | NotFound> {
  const folder = await isFolder(path) ? path : dirname(path);
  const files = await libraryInFolder(folder);
  if (files === undefined) {
    return notFound(
      `${LIBRARY_VARIABLE} is "${path}", expected a folder with libtensorflow_cc.so.2 and libtensorflow_framework.so.2, ` +
        "or the path of the first",
    );
  }
  const version = (await readManifest(folder))?.version ?? await readReleaseBeside(files.tensorflowPath);
  return { found: true, ...files, version, source: "environment", cuda: files.preload.length > 0 };
}

async function findInPython(kind: LibraryKind, build: LibraryBuild): Promise<FoundLibrary | NotFound> {
  const python = await findPythonTensorflow();
  if (python === undefined) return notFound("python3 has no tensorflow");
  const { folder, version } = python;
  if (minorRelease(version) !== minorRelease(TENSORFLOW_VERSION)) {
    return notFound(`python3 has tensorflow ${version}, expected ${minorRelease(TENSORFLOW_VERSION)}`);
  }
  const files = await libraryInFolder(folder);
  if (files === undefined) {
    return notFound(`python3 has tensorflow ${version} without its libraries in "${folder}"`);
  }
  const cuda = files.preload.length > 0;
  if (build === "cuda" && !cuda) {
    return notFound(`python3 has tensorflow ${version} without the NVIDIA libraries`);
  }
  if (kind === "cpu" && cuda) return notFound(`python3 has tensorflow ${version} for CUDA`);
  return { found: true, ...files, version, source: "python", cuda };
}

/** The release that a `tensorflow….dist-info` beside the package folder names. */
async function readReleaseBeside(libraryPath: string): Promise<string> {
  try {
    for await (const { name } of Deno.readDir(dirname(dirname(libraryPath)))) {
      const release = /^tensorflow(?:_cpu)?-([\d.]+)\.dist-info$/.exec(name)?.[1];
      if (release !== undefined) return release;
    }
  } catch {
    // a folder that may not be read tells nothing
  }
  return "unknown";
}

function minorRelease(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}

function notFound(...reasons: string[]): NotFound {
  return { found: false, reasons };
}
