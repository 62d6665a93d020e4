/** What a search for libtensorflow gives, and the names that belong to the version this project was tried with. */

/** The release whose kernels and C API the `tensorflow` backend was tried with. */
export const TENSORFLOW_VERSION = "2.21.0";

/** The variable that names a libtensorflow of one's own: its folder, or the library itself. */
export const LIBRARY_VARIABLE = "GUIDEDMIX_LIBTENSORFLOW";

/** A build of the library: for CPUs alone, or with CUDA and the NVIDIA libraries beside it. */
export type LibraryBuild = "cpu" | "cuda";

/** What is asked for; `auto` is `cuda` where an NVIDIA device is present, else `cpu`. */
export type LibraryKind = "auto" | LibraryBuild;

/** The files of a libtensorflow in one folder. */
export interface LibraryFiles {
  /** Path of libtensorflow_framework, to be loaded before `tensorflowPath`. */
  frameworkPath: string;
  /** Path of libtensorflow_cc (or libtensorflow), which has the C API. */
  tensorflowPath: string;
  /** Paths of the NVIDIA libraries, in the order in which they are to be loaded, before TensorFlow's. */
  preload: string[];
}

/** A libtensorflow that can be loaded. */
export interface FoundLibrary extends LibraryFiles {
  /** Tells this from {@linkcode NotFound}. */
  found: true;
  /** Its release, such as "2.21.0"; "unknown" where nothing beside the library tells it. */
  version: string;
  /** Where it was found: the variable, an installed Python tensorflow, or this project's cache. */
  source: "environment" | "python" | "cache";
  /** Whether the NVIDIA libraries are beside it. */
  cuda: boolean;
}

/** No libtensorflow was found. */
export interface NotFound {
  /** Tells this from {@linkcode FoundLibrary}. */
  found: false;
  /** One sentence for each place that was looked at. */
  reasons: string[];
}
