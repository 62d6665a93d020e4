/**
 * What the machine under this process is: found out before libtensorflow is loaded, which ends the process where its
 * instructions or its C library are missing.
 */
import { BackendUnavailable } from "../../core/errors.ts";
import { LIBRARY_VARIABLE, TENSORFLOW_VERSION } from "./found_library.ts";

/** A machine, as far as it could be asked. */
export interface Host {
  /** The operating system, as `Deno.build.os`. */
  readonly os: string;
  /** The processor's architecture, as `Deno.build.arch`. */
  readonly arch: string;
  /** The C library: glibc with its release, `other` (musl), or `undefined` where it could not be asked. */
  readonly libc?: { readonly name: "glibc"; readonly release: string } | { readonly name: "other" };
  /** Text of `/proc/cpuinfo`; `undefined` where there is none or it could not be read. */
  readonly cpuinfo?: string;
}

/** The oldest glibc whose symbols the wheels of TensorFlow use (their tag is manylinux_2_27). */
const LEAST_GLIBC = "2.27";

const CPUINFO_BYTES = 1 << 16;

const LIBC_SYMBOLS = {
  gnu_get_libc_version: { parameters: [], result: "pointer" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

type Libc = Deno.DynamicLibrary<typeof LIBC_SYMBOLS>["symbols"];

/** The first bytes of `/proc/cpuinfo`. Deno itself opens nothing below `/proc` without every permission. */
function readCpuinfo(libc: Libc): string | undefined {
  const file = libc.open(new TextEncoder().encode("/proc/cpuinfo\0"), 0);
  if (file < 0) return undefined;
  const [text, piece] = [[] as string[], new Uint8Array(CPUINFO_BYTES)];
  // the kernel hands it over in pieces; the first processor's entry is enough
  for (
    let read = 0, i = 0;
    i < 16 && (read = Number(libc.read(file, piece, BigInt(piece.length)))) > 0;
    i++
  ) {
    text.push(new TextDecoder().decode(piece.subarray(0, read)));
  }
  libc.close(file);
  return text.length === 0 ? undefined : text.join("");
}

function askLinux(machine: { os: string; arch: string }): Host {
  let libc: Deno.DynamicLibrary<typeof LIBC_SYMBOLS>;
  try {
    libc = Deno.dlopen("libc.so.6", LIBC_SYMBOLS);
  } catch (error) {
    // without the permission nothing is known; any other failure means that there is no glibc
    return error instanceof Deno.errors.NotCapable ? machine : { ...machine, libc: { name: "other" } };
  }
  try {
    const release = new Deno.UnsafePointerView(libc.symbols.gnu_get_libc_version()!).getCString();
    return { ...machine, libc: { name: "glibc", release }, cpuinfo: readCpuinfo(libc.symbols) };
  } finally {
    libc.close();
  }
}

let here: Host | undefined;

/** This machine; asked once. */
export function thisHost(): Host {
  const { os, arch } = Deno.build;
  return here ??= os === "linux" ? askLinux({ os, arch }) : { os, arch };
}

/** The instruction sets that `/proc/cpuinfo` names, in its spelling; `undefined` where it tells none. */
export function cpuFlags(host: Host): ReadonlySet<string> | undefined {
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(host.cpuinfo ?? "")?.[1];
  return line === undefined ? undefined : new Set(line.split(/\s+/));
}

function isOlder(release: string, than: string): boolean {
  const [a, b] = [release, than].map((text) => text.split(".").map(Number)) as [number[], number[]];
  return a[0]! !== b[0]! ? a[0]! < b[0]! : (a[1] ?? 0) < (b[1] ?? 0);
}

/** Why the wheels' library would not run on a machine; `undefined` where nothing speaks against it. */
function whyNot(host: Host): string | undefined {
  if (host.os !== "linux") return undefined;
  if (host.libc?.name === "other") {
    return `this system's C library is not glibc (musl, as on Alpine), expected glibc ${LEAST_GLIBC} or newer`;
  }
  if (host.libc !== undefined && isOlder(host.libc.release, LEAST_GLIBC)) {
    return `this system has glibc ${host.libc.release}, expected ${LEAST_GLIBC} or newer`;
  }
  const flags = cpuFlags(host);
  if (host.arch === "x86_64" && flags !== undefined && !flags.has("avx")) {
    return "this processor has no AVX instructions, expected one with them; the library would end the process";
  }
  return undefined;
}

/**
 * Refuses a machine on which libtensorflow's wheels end the process or do not load, before anything is downloaded or
 * loaded. A library that `GUIDEDMIX_LIBTENSORFLOW` names is the user's own build and is not judged.
 * @throws {BackendUnavailable} If the library cannot run on `host`
 */
export function checkHost(host: Host): void {
  const why = whyNot(host);
  if (why === undefined || Deno.env.get(LIBRARY_VARIABLE)) return;
  throw new BackendUnavailable(
    `Cannot use libtensorflow ${TENSORFLOW_VERSION}: ${why}; ` +
      `set ${LIBRARY_VARIABLE} to a build of your own for this machine, or take the webgpu or wasm backend`,
  );
}
