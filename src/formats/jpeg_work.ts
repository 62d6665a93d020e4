/** Bounds on the work that a JPEG asks for, found before it is decoded. */
import { FormatError } from "../core/errors.ts";
import { checkDecodedSize } from "./decode_limits.ts";
import type { ComponentSampling, JpegHeader } from "./jpeg_header.ts";

/** Writers make 6 to 10 passes over a progressive picture; a pass costs a hostile file a few bytes. */
const MOST_PASSES = 32;

const PROGRESSIVE = 2;
const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;

/** 64 coefficients of two bytes. */
const BYTES_OF_BLOCK = 128;

/** The decoder's WebAssembly memory ends at 2 GiB. */
const MOST_MEMORY = 1_900_000_000;

/** The decoder gives four bytes a pixel, whatever the file holds. */
const DECODED_CHANNELS = 4;

function fail(name: string, state: string, rule: string): never {
  throw new FormatError(`Cannot decode "${name}": ${state}, expected ${rule}`);
}

/** 8 × 8 blocks of a component (ITU T.81, A.1.1, A.2). */
function blocksOf({ right, down }: ComponentSampling, { width, height, sampling }: JpegHeader): number {
  const mostRight = Math.max(...sampling.map((component) => component.right));
  const mostDown = Math.max(...sampling.map((component) => component.down));
  return Math.ceil(width * right / mostRight / 8) * Math.ceil(height * down / mostDown / 8);
}

/** Identifiers of the components of the scan whose header begins behind its length at `start`. */
function scanComponents(bytes: Uint8Array, start: number): number[] {
  const count = Math.min(4, bytes[start] ?? 0);
  return Array.from({ length: count }, (_, i) => bytes[start + 1 + 2 * i] ?? 0);
}

/** Position of the next marker's FF from `start`; the file's length where there is none. */
function nextMarker(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1] ?? 0;
    const isData = code === 0 || code === 0xff || (code >= 0xd0 && code <= 0xd7); // stuffed, filled, restart
    if (!isData) return at;
  }
  return bytes.length;
}

/** What the scans of a file ask for. */
interface Scans {
  /** How many. */
  readonly count: number;
  /** Blocks that they go over, together. */
  readonly blocks: number;
}

/** Goes through the markers behind the frame header. */
function scansOf(bytes: Uint8Array, header: JpegHeader): Scans {
  const blocks = new Map(header.sampling.map((component) => [component.id, blocksOf(component, header)]));
  const most = Math.max(...blocks.values()); // decoders find a component for some identifiers that no frame has
  let [count, sum] = [0, 0];
  for (let at = nextMarker(bytes, header.end); at + 4 <= bytes.length;) {
    const code = bytes[at + 1]!;
    if (code === END_OF_IMAGE) break;
    if (code === START_OF_SCAN) {
      count++;
      for (const id of scanComponents(bytes, at + 4)) sum += blocks.get(id) ?? most;
    }
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    at = nextMarker(bytes, at + 2 + length);
  }
  return { count, blocks: sum };
}

/**
 * Refuses a JPEG whose header claims more than `decodeLimits` allow, whose bytes are too few for its size, or whose
 * scans go over the picture too often or keep more than the decoder's memory. A block takes two bits at least, one in a progressive file.
 * @param bytes The whole file
 * @param name Stands in error texts
 * @throws {FormatError} Naming the file
 */
export function checkJpegWork(bytes: Uint8Array, header: JpegHeader, name: string): void {
  const { width, height, process, sampling } = header;
  checkDecodedSize({ width, height, channels: DECODED_CHANNELS, bitDepth: 8 }, name);
  const blocks = sampling.reduce((sum, component) => sum + blocksOf(component, header), 0);
  const fewest = Math.ceil(blocks * (process === PROGRESSIVE ? 1 : 2) / 8);
  if (bytes.length < fewest) {
    fail(name, `its header says ${width} × ${height} but it has ${bytes.length} bytes`, `at least ${fewest}`);
  }
  const scans = scansOf(bytes, header);
  const passes = scans.blocks / blocks;
  if (passes > MOST_PASSES) {
    const rule = `at most ${MOST_PASSES}; save it again`;
    fail(name, `its scans go over the picture ${Math.round(passes)} times`, rule);
  }
  // of several scans all coefficients are kept until the last
  const isKept = process === PROGRESSIVE || scans.count > 1;
  const memory = bytes.length + width * height * DECODED_CHANNELS + (isKept ? blocks * BYTES_OF_BLOCK : 0);
  if (memory > MOST_MEMORY) {
    const rule = `at most ${MOST_MEMORY / 1e6}; save it as baseline JPEG or as PNG`;
    fail(
      name,
      `its header says ${width} × ${height}, which takes ${Math.round(memory / 1e6)} MB to decode`,
      rule,
    );
  }
}
