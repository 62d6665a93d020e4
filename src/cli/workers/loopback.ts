/** The loopback device of a new network, which is down at first. */
import { TrainingError } from "../../core/errors.ts";

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

// linux/if.h, linux/sockios.h: the same numbers on x86 and ARM
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCSIFFLAGS = 0x8914n;
const IFF_UP_RUNNING = 0x41;
const IFREQ_BYTES = 40;
const FLAGS_AT = 16;

/**
 * Brings `lo` up in the network of this process, which must be one that this process may change.
 * @throws {TrainingError} If the system refuses
 */
export function raiseLoopback(): void {
  const libc = Deno.dlopen("libc.so.6", SYMBOLS);
  const request = new Uint8Array(IFREQ_BYTES);
  request.set(new TextEncoder().encode("lo"));
  new DataView(request.buffer).setInt16(FLAGS_AT, IFF_UP_RUNNING, true);
  const socket = libc.symbols.socket(AF_INET, SOCK_DGRAM, 0);
  const result = libc.symbols.ioctl(socket, SIOCSIFFLAGS, request);
  libc.symbols.close(socket);
  libc.close();
  if (result === 0) return;
  throw new TrainingError(
    "Cannot start workers: the loopback of their network cannot be brought up, expected a network of their own",
  );
}
