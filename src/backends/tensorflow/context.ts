import { BackendUnavailable } from "../../core/errors.ts";
import { giveBackLoadedPages } from "./loaded_pages.ts";
import { cString, readCString, TENSORFLOW_SYMBOLS, type TensorflowLibrary } from "./symbols.ts";

/** How TensorFlow is started. */
export interface ContextOptions {
  /** Threads inside an op; 0 or undefined lets TensorFlow take all cores. */
  readonly threads?: number;
  /** Serialized ServerDef that turns on collective ops between processes. */
  readonly serverDef?: Uint8Array<ArrayBuffer>;
  /** Bytes appended to the serialized ConfigProto. */
  readonly extraConfig?: Uint8Array<ArrayBuffer>;
}

/** A device that TensorFlow found. */
export interface Device {
  /** As TensorFlow names it, `/job:localhost/replica:0/task:0/device:CPU:0`. */
  readonly name: string;
  /** `CPU` or `GPU`. */
  readonly type: string;
  readonly memoryBytes: number;
}

/** An eager context with the status object that every call of the binding shares. */
export interface TensorflowContext {
  readonly symbols: TensorflowLibrary["symbols"];
  readonly pointer: Deno.PointerObject;
  readonly status: Deno.PointerObject;
  readonly version: string;
  /** Path of the library. */
  readonly path: string;
  readonly devices: readonly Device[];
  /** Whether several threads work inside of an op. */
  readonly threadedOps: boolean;
}

const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
const M_MMAP_MAX = -4;
const LARGEST_MMAP_THRESHOLD = 32 * 1024 * 1024;

/**
 * Tells glibc's malloc to keep freed buffers instead of giving them back to the kernel: page faults of large
 * buffers were half of a training step's time. Does nothing where there is no glibc.
 */
export function keepFreedMemory(): void {
  if (Deno.build.os !== "linux") return;
  try {
    const libc = Deno.dlopen("libc.so.6", { mallopt: { parameters: ["i32", "i32"], result: "i32" } });
    libc.symbols.mallopt(M_MMAP_THRESHOLD, LARGEST_MMAP_THRESHOLD);
    libc.symbols.mallopt(M_TRIM_THRESHOLD, 0x7fffffff);
    // the threshold has an upper bound, which large kernels are beyond: their buffers come from the heap too
    libc.symbols.mallopt(M_MMAP_MAX, 0);
  } catch {
    // musl has no mallopt: slower, but right
  }
}

/** A count in protobuf's base-128 form. */
function varint(count: number): number[] {
  return count < 0x80 ? [count] : [(count & 0x7f) | 0x80, ...varint(count >>> 7)];
}

/** ConfigProto: intra_op_parallelism_threads = 2, gpu_options = 6 { allow_growth = 4 }. */
function configProto(options: ContextOptions): Uint8Array<ArrayBuffer> {
  const bytes = [0x32, 2, 0x20, 1];
  if (options.threads !== undefined && options.threads > 0) bytes.push(0x10, ...varint(options.threads));
  return new Uint8Array([...bytes, ...(options.extraConfig ?? [])]);
}

function checkStatus(
  symbols: TensorflowLibrary["symbols"],
  status: Deno.PointerObject,
  action: string,
): void {
  if (symbols.TF_GetCode(status) === 0) return;
  const text = readCString(symbols.TF_Message(status));
  throw new BackendUnavailable(`Cannot ${action}: ${text}`);
}

function listDevices(
  symbols: TensorflowLibrary["symbols"],
  context: Deno.PointerObject,
  status: Deno.PointerObject,
): Device[] {
  const list = symbols.TFE_ContextListDevices(context, status);
  checkStatus(symbols, status, "list TensorFlow's devices");
  const devices = Array.from({ length: symbols.TF_DeviceListCount(list) }, (_, i) => ({
    name: readCString(symbols.TF_DeviceListName(list, i, status)),
    type: readCString(symbols.TF_DeviceListType(list, i, status)),
    memoryBytes: Number(symbols.TF_DeviceListMemoryBytes(list, i, status)),
  }));
  symbols.TF_DeleteDeviceList(list);
  return devices;
}

const DEVICE_PLACEMENT_SILENT = 2;

/**
 * Opens libtensorflow and an eager context in it.
 * @param path `libtensorflow_cc.so.2`; `libtensorflow_framework.so.2` must lie beside it
 * @param preload Libraries that must be loaded before (CUDA's), in this order
 * @throws {BackendUnavailable} If a library does not load or TensorFlow refuses the context
 */
export function openContext(
  path: string,
  preload: readonly string[],
  options: ContextOptions,
): TensorflowContext {
  keepFreedMemory();
  const { symbols } = openLibrary(path, preload);
  giveBackLoadedPages();
  const status = symbols.TF_NewStatus()!;
  const contextOptions = symbols.TFE_NewContextOptions();
  const config = configProto(options);
  symbols.TFE_ContextOptionsSetConfig(contextOptions, config, BigInt(config.length), status);
  checkStatus(symbols, status, "configure TensorFlow");
  symbols.TFE_ContextOptionsSetDevicePlacementPolicy(contextOptions, DEVICE_PLACEMENT_SILENT);
  const pointer = symbols.TFE_NewContext(contextOptions, status);
  checkStatus(symbols, status, "start TensorFlow");
  symbols.TFE_DeleteContextOptions(contextOptions);
  if (options.serverDef !== undefined) {
    symbols.TFE_EnableCollectiveOps(pointer, options.serverDef, BigInt(options.serverDef.length), status);
    checkStatus(symbols, status, "join TensorFlow's workers");
  }
  const version = readCString(symbols.TF_Version());
  return {
    symbols,
    pointer: pointer!,
    status,
    version,
    path,
    devices: listDevices(symbols, pointer!, status),
    threadedOps: (options.threads || Number(Deno.env.get("TF_NUM_INTRAOP_THREADS") ?? 0)) !== 1,
  };
}

/**
 * CUDA's libraries go in globally. TensorFlow's own do not: Mesa's LLVM (WebGPU on a CPU) would bind to the LLVM
 * inside them and crash the process.
 */
function openLibrary(path: string, preload: readonly string[]): TensorflowLibrary {
  try {
    return withoutStderr(() => {
      for (const file of preload) openGlobally(file);
      return Deno.dlopen(path, TENSORFLOW_SYMBOLS);
    });
  } catch (error) {
    throw new BackendUnavailable(`Cannot load "${path}": ${(error as Error).message}`, { cause: error });
  }
}

const RTLD_NOW_GLOBAL = 0x102;

/** dlopen with RTLD_GLOBAL, so that libraries loaded later find its symbols. */
function openGlobally(path: string): void {
  const libc = Deno.dlopen("libc.so.6", {
    dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
    dlerror: { parameters: [], result: "pointer" },
  });
  if (libc.symbols.dlopen(cString(path), RTLD_NOW_GLOBAL) === null) {
    throw new Error(readCString(libc.symbols.dlerror()));
  }
}

const STDERR = 2;
const WRITE_ONLY = 1;

/** Runs `f` with the process's stderr closed: TensorFlow logs as it loads, before any setting of its own counts. */
function withoutStderr<T>(f: () => T): T {
  if (Deno.build.os !== "linux" || Deno.env.get("TF_CPP_MIN_LOG_LEVEL") === "0") return f();
  const { symbols } = Deno.dlopen("libc.so.6", {
    dup: { parameters: ["i32"], result: "i32" },
    dup2: { parameters: ["i32", "i32"], result: "i32" },
    open: { parameters: ["buffer", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
    setenv: { parameters: ["buffer", "buffer", "i32"], result: "i32" },
  });
  symbols.setenv(cString("TF_CPP_MIN_LOG_LEVEL"), cString("2"), 0);
  const kept = symbols.dup(STDERR);
  const nowhere = symbols.open(cString("/dev/null"), WRITE_ONLY);
  symbols.dup2(nowhere, STDERR);
  try {
    return f();
  } finally {
    symbols.dup2(kept, STDERR);
    symbols.close(kept);
    symbols.close(nowhere);
  }
}
