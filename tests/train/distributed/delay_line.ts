/** A cable between two TUN devices whose packets take a while (Linux; root). tc's netem is not in every kernel. */

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  readInBackground: {
    name: "read",
    parameters: ["i32", "buffer", "usize"],
    result: "isize",
    nonblocking: true,
  },
} as const;

const READ_WRITE = 2;
const TUNSETIFF = 0x400454ca;
const IFF_TUN_NO_PI = 0x1001;
const LARGEST_PACKET = 65536;

type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

function openTun(libc: Libc, name: string): number {
  const bytes = (text: string) => new TextEncoder().encode(`${text}\0`);
  const file = libc.open(bytes("/dev/net/tun"), READ_WRITE);
  const request = new Uint8Array(40);
  request.set(bytes(name));
  new DataView(request.buffer).setUint16(16, IFF_TUN_NO_PI, true);
  if (file >= 0 && libc.ioctl(file, BigInt(TUNSETIFF), request) === 0) return file;
  throw new Error(
    `Cannot make TUN device "${name}": /dev/net/tun refused it, expected root and the tun driver`,
  );
}

/** Carries packets between the devices that it makes; it ends when they are removed. */
export class DelayLine {
  /** Packets are lost while this is true. */
  isCut = false;
  /** Ends with the devices. */
  readonly ended: Promise<unknown>;
  readonly #libc: Libc = Deno.dlopen("libc.so.6", SYMBOLS).symbols;

  /** @param names Of the two devices */
  constructor(names: readonly [string, string], readonly delayMs: number) {
    const [first, second] = [openTun(this.#libc, names[0]), openTun(this.#libc, names[1])];
    this.ended = Promise.all([this.#carry(first, second), this.#carry(second, first)]).then(() => {
      this.#libc.close(first);
      this.#libc.close(second);
    });
  }

  async #carry(from: number, to: number): Promise<void> {
    const buffer = new Uint8Array(LARGEST_PACKET);
    for (;;) {
      const length = Number(await this.#libc.readInBackground(from, buffer, BigInt(buffer.length)));
      if (length <= 0) return;
      if (this.isCut) continue;
      const packet = buffer.slice(0, length);
      setTimeout(() => this.#libc.write(to, packet, BigInt(length)), this.delayMs);
    }
  }
}
