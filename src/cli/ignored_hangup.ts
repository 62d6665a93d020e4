/** Whether whoever started this process wants it to outlive its terminal. */

const SIGHUP = 1;
const SIG_IGN = 1n;
/** More than `struct sigaction` has anywhere; its first field is the handler. */
const SIGACTION_BYTES = 256;

const LIBC: Partial<Record<typeof Deno.build.os, string>> = {
  linux: "libc.so.6",
  darwin: "libSystem.dylib",
};

/**
 * Whether SIGHUP is ignored, as under `nohup`. To be asked at the start: Deno listens for it by itself once it has Workers,
 * and ends the process. False where it cannot be known.
 */
export function isHangupIgnored(): boolean {
  const path = LIBC[Deno.build.os];
  if (path === undefined) return false;
  const libc = Deno.dlopen(path, {
    sigaction: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  });
  try {
    const action = new Uint8Array(SIGACTION_BYTES);
    if (libc.symbols.sigaction(SIGHUP, null, action) !== 0) return false;
    return new DataView(action.buffer).getBigUint64(0, true) === SIG_IGN;
  } finally {
    libc.close();
  }
}
