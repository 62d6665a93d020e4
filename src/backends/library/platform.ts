/** Which builds of libtensorflow fit this machine. */
import { BackendUnavailable } from "../../core/errors.ts";
import {
  LIBRARY_VARIABLE,
  type LibraryBuild,
  type LibraryKind,
  TENSORFLOW_VERSION,
} from "./found_library.ts";

/** The processors that have a Linux wheel of TensorFlow, in the spelling of wheel names. */
export type WheelArchitecture = "x86_64" | "aarch64";

/** What {@linkcode wheelArchitecture} needs to know of a machine. */
export interface Machine {
  /** The operating system, as `Deno.build.os`. */
  os: string;
  /** The processor, as `Deno.build.arch`. */
  arch: string;
}

/**
 * The processor part of the wheel names that fit a machine.
 * @param machine this one, unless given
 * @throws {BackendUnavailable} If TensorFlow has no wheel with a usable library for it
 */
export function wheelArchitecture(machine: Machine = Deno.build): WheelArchitecture {
  const { os, arch } = machine;
  if (os === "linux" && (arch === "x86_64" || arch === "aarch64")) return arch;
  throw new BackendUnavailable(
    `Cannot download libtensorflow ${TENSORFLOW_VERSION}: this is ${os} on ${arch}, expected linux on x86_64 or aarch64; ` +
      `set ${LIBRARY_VARIABLE} to the folder of a libtensorflow of your own, or take the webgpu or wasm backend`,
  );
}

/**
 * The build to take for what was asked.
 * @throws {BackendUnavailable} If CUDA is asked for on a processor whose wheel has none
 */
export async function wantedBuild(kind: LibraryKind, machine: Machine = Deno.build): Promise<LibraryBuild> {
  const hasCudaWheel = machine.os === "linux" && machine.arch === "x86_64";
  if (kind === "cuda" && !hasCudaWheel) {
    throw new BackendUnavailable(
      `Cannot download libtensorflow ${TENSORFLOW_VERSION} for CUDA: this is ${machine.os} on ${machine.arch}, ` +
        `expected linux on x86_64; without --cuda the build for CPUs is taken`,
    );
  }
  if (kind !== "auto") return kind;
  return hasCudaWheel && await hasNvidiaDevice() ? "cuda" : "cpu";
}

/** Whether the NVIDIA driver shows a device: its device file, or `nvidia-smi -L` that succeeds. */
export async function hasNvidiaDevice(): Promise<boolean> {
  try {
    await Deno.stat("/dev/nvidia0");
    return true;
  } catch {
    return await listsNvidiaDevice();
  }
}

async function listsNvidiaDevice(): Promise<boolean> {
  try {
    const output = await new Deno.Command("nvidia-smi", { args: ["-L"], stderr: "null" }).output();
    return output.success && new TextDecoder().decode(output.stdout).includes("GPU");
  } catch {
    return false; // no such program, or no permission to run it
  }
}
