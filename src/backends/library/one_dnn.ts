/** oneDNN, the library of fast kernels inside libtensorflow: whether it is on, and what it may use of the processor. */
import { cpuFlags, type Host } from "./host.ts";

const SWITCH = "TF_ENABLE_ONEDNN_OPTS";

/** Bounds that the user set on oneDNN's instructions, the newer name first. */
const LIMITS = ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"] as const;

/**
 * Instruction sets from the least to the most, each with the flag of `/proc/cpuinfo` that stands for it and the
 * beginning of oneDNN's names for it.
 */
const INSTRUCTION_SETS = [
  { name: "SSE4.1", flag: "sse4_1", limit: "SSE41" },
  { name: "AVX", flag: "avx", limit: "AVX" },
  { name: "AVX2", flag: "avx2", limit: "AVX2" },
  { name: "AVX-512", flag: "avx512bw", limit: "AVX512_CORE" },
  { name: "AMX", flag: "amx_tile", limit: "AVX512_CORE_AMX" },
] as const;

/** Name of an instruction set that oneDNN may use. */
export type InstructionSet = (typeof INSTRUCTION_SETS)[number]["name"];

/**
 * Switches oneDNN on. TensorFlow does so by itself only on some processors with AVX-512; elsewhere its plain kernels
 * refuse the gradients of dilated convolutions. Must be called before the library is loaded. A value that the user set
 * stays.
 */
export function switchOneDnnOn(): void {
  if (!Deno.env.get(SWITCH)) Deno.env.set(SWITCH, "1");
}

const FRUGAL = "TF_MKL_OPTIMIZE_PRIMITIVE_MEMUSE";

/**
 * Has TensorFlow keep the kernels of weight gradients, which it makes anew at each call otherwise to save their buffers:
 * a seventh of a small step's time, and 50 MB of ResNet-50's. Must be called before the library is loaded. A value that the
 * user set stays.
 */
export function keepGradientKernels(): void {
  if (!Deno.env.get(FRUGAL)) Deno.env.set(FRUGAL, "false");
}

/** Whether the user switched oneDNN off. */
export function oneDnnIsOff(): boolean {
  return Deno.env.get(SWITCH) === "0";
}

function limited(): number {
  const limit = LIMITS.map((name) => Deno.env.get(name)?.toUpperCase()).find(Boolean);
  if (limit === undefined || limit === "DEFAULT" || limit === "ALL") return INSTRUCTION_SETS.length - 1;
  return INSTRUCTION_SETS.findLastIndex((one) => limit === one.limit || limit.startsWith(`${one.limit}_`));
}

/** The most that oneDNN may use on an x86 machine; `undefined` where the processor could not be asked. */
export function instructionSet(host: Host): InstructionSet | undefined {
  const flags = cpuFlags(host);
  if (host.arch !== "x86_64" || flags === undefined) return undefined;
  const here = INSTRUCTION_SETS.findLastIndex(({ flag }) => flags.has(flag));
  return INSTRUCTION_SETS[Math.min(here, limited())]?.name;
}

/**
 * Whether oneDNN cannot have bfloat16 on this machine, told without the library: it needs AVX-512 (or AVX_NE_CONVERT)
 * on x86. Where this is `false`, trying tells.
 */
export function lacksBfloat16(host: Host): boolean {
  if (oneDnnIsOff()) return true;
  const instructions = instructionSet(host);
  if (instructions === undefined || cpuFlags(host)!.has("avx_ne_convert")) return false;
  return instructions !== "AVX-512" && instructions !== "AMX";
}
