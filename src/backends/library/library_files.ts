/** Finding the files of libtensorflow, and the NVIDIA libraries, in a folder laid out as Python's site-packages. */
import { join } from "node:path";
import type { LibraryFiles } from "./found_library.ts";

/** Pairs of framework and API library, in the order of preference; the last are those of macOS. */
const LIBRARY_NAMES = [
  ["libtensorflow_framework.so.2", "libtensorflow_cc.so.2"],
  ["libtensorflow_framework.so.2", "libtensorflow.so.2"],
  ["libtensorflow_framework.2.dylib", "libtensorflow_cc.2.dylib"],
] as const;

/**
 * The NVIDIA libraries that TensorFlow 2.21 opens by name, each after those that it needs itself. The others of the
 * wheels (parts of cuDNN, the built-ins of NVRTC) are found by these, beside them.
 */
const NVIDIA_LOAD_ORDER = [
  "libcudart",
  "libnvrtc",
  "libnvJitLink",
  "libcublasLt",
  "libcublas",
  "libcufft",
  "libcurand",
  "libcusparse",
  "libcusolver",
  "libcudnn",
  "libcupti",
  "libnccl",
] as const;

/**
 * Looks for libtensorflow in `folder`, or in its folder `tensorflow` or `lib`; NVIDIA libraries are looked for in the
 * folder `nvidia` beside the one that holds the library, as pip lays them.
 * @returns `undefined` where the two TensorFlow libraries are not both there
 */
export async function libraryInFolder(folder: string): Promise<LibraryFiles | undefined> {
  for (const place of [folder, join(folder, "tensorflow"), join(folder, "lib")]) {
    for (const [framework, api] of LIBRARY_NAMES) {
      const files = { frameworkPath: join(place, framework), tensorflowPath: join(place, api) };
      if (await isFile(files.frameworkPath) && await isFile(files.tensorflowPath)) {
        return { ...files, preload: await nvidiaLibraries(join(place, "..", "nvidia")) };
      }
    }
  }
  return undefined;
}

/** The libraries below `nvidia` in load order; empty unless the CUDA runtime is among them. */
async function nvidiaLibraries(nvidia: string): Promise<string[]> {
  const paths = new Map<string, string>();
  for (const part of await entries(nvidia)) {
    const lib = join(nvidia, part, "lib");
    for (const name of await entries(lib)) {
      const stem = /^(lib\w+)\.so\.\d+$/.exec(name)?.[1];
      if (stem !== undefined) paths.set(stem, join(lib, name));
    }
  }
  if (!paths.has("libcudart")) return [];
  return NVIDIA_LOAD_ORDER.flatMap((stem) => paths.get(stem) ?? []);
}

async function entries(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name)).sort();
  } catch {
    return [];
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
