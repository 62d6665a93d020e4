import { BackendUnavailable, ConfigError } from "../core/errors.ts";
import { expectedNames } from "../core/names.ts";
import { ensureLibrary } from "./library/ensure_library.ts";
import { findLibrary } from "./library/find_library.ts";
import type { FoundLibrary } from "./library/found_library.ts";
import { checkHost, type Host, thisHost } from "./library/host.ts";
import type { ProgressHandler } from "./library/progress.ts";
import { requireTrusted } from "./library/trusted_library.ts";
import { BACKEND_NAMES, type BackendName, type OpenBackend } from "./opened_backend.ts";
import { openWasm, openWebgpu } from "./portable_backends.ts";
import type { ContextOptions } from "./tensorflow/context.ts";
import { openTensorflow } from "./tensorflow/open_tensorflow.ts";

/** How a backend is chosen and started. */
export interface BackendOptions extends ContextOptions {
  /** Downloads libtensorflow through pip where it is missing; false takes what is there. Default false. */
  readonly download?: boolean;
  /** Takes a WebGPU adapter that computes on the CPU. Default false; true when `webgpu` is asked for by name. */
  readonly softwareWebgpu?: boolean;
  /** Told of the download's progress. */
  readonly onProgress?: ProgressHandler;
  /** The machine that libtensorflow is to run on. Default this one. */
  readonly host?: Host;
}

/** A backend that was not taken, and why. */
export interface RefusedBackend {
  /** The backend. */
  readonly name: BackendName;
  /** One sentence for people. */
  readonly why: string;
}

/** The backend that was taken, and those that were not. */
export interface BackendChoice {
  /** The one that is open and current now. */
  readonly backend: OpenBackend;
  /** Backends tried before it, or skipped, each with the reason. */
  readonly refused: readonly RefusedBackend[];
}

async function library(options: BackendOptions): Promise<FoundLibrary> {
  checkHost(options.host ?? thisHost());
  if (options.download) return await ensureLibrary({ onProgress: options.onProgress });
  const found = await findLibrary({ kind: "auto" });
  if (found.found) return found;
  throw new BackendUnavailable(
    `Cannot find libtensorflow: ${found.reasons.join("; ")}, expected it in one of these places; ` +
      "`deno task setup` brings it",
  );
}

async function openTrusted(found: FoundLibrary, options: BackendOptions): Promise<OpenBackend> {
  await requireTrusted(found, options.onProgress);
  return await openTensorflow(found, options);
}

/** A library of the cache that does not load, or was changed, is compared byte by byte and brought again, where downloads are allowed. */
async function openNative(options: BackendOptions): Promise<OpenBackend> {
  if (typeof Deno === "undefined") {
    throw new BackendUnavailable(
      'Cannot open backend "tensorflow": this is not Deno, whose foreign function interface loads libtensorflow, ' +
        'expected Deno, or backend "wasm"',
    );
  }
  const found = await library(options);
  try {
    return await openTrusted(found, options);
  } catch (error) {
    const retry = options.download && found.source === "cache" && error instanceof BackendUnavailable;
    if (!retry) throw error;
    return await openTrusted(
      await ensureLibrary({ verify: true, onProgress: options.onProgress }),
      options,
    );
  }
}

async function open(name: BackendName, options: BackendOptions): Promise<OpenBackend> {
  switch (name) {
    case "tensorflow":
      return await openNative(options);
    case "webgpu":
      return await openWebgpu(options.softwareWebgpu ?? false);
    case "wasm":
      return await openWasm();
  }
}

/**
 * Opens a numeric backend and makes it tfjs's current one.
 * @param name A backend, or `auto`: the first of `tensorflow`, `webgpu` (on a GPU) and `wasm` that opens
 * @throws {BackendUnavailable} If the one named, or all, cannot be used
 * @throws {ConfigError} If the name is unknown
 * @example
 * ```ts ignore
 * const { backend, refused } = await openBackend("auto");
 * ```
 */
export async function openBackend(name: string, options: BackendOptions = {}): Promise<BackendChoice> {
  if (name !== "auto") {
    const known = BACKEND_NAMES.find((candidate) => candidate === name);
    if (known === undefined) {
      throw new ConfigError(
        `Cannot open backend "${name}": ${expectedNames(name, ["auto", ...BACKEND_NAMES])}`,
      );
    }
    return { backend: await open(known, { softwareWebgpu: true, ...options }), refused: [] };
  }
  const refused: RefusedBackend[] = [];
  for (const candidate of BACKEND_NAMES) {
    try {
      return { backend: await open(candidate, options), refused };
    } catch (error) {
      if (!(error instanceof BackendUnavailable)) throw error;
      refused.push({ name: candidate, why: error.message });
    }
  }
  throw new BackendUnavailable(`Cannot open a backend: ${refused.map((r) => r.why).join("; ")}`);
}
