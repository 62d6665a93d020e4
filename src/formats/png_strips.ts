/** Compressing a PNG's rows strip by strip, in any thread; `joinPng` in encode_png.ts makes a file of them. */
import { constants, deflateRawSync } from "node:zlib";

/** What a picture is like, for its compression: photographs are noisy, drawings (label maps) repeat themselves. */
export type PngContent = "photo" | "drawing";

/** Some rows of a PNG, compressed by themselves. */
export interface PngStrip {
  /** A deflate stream that has no end yet and ends at a whole byte. */
  readonly deflated: Uint8Array<ArrayBuffer>;
  /** Adler-32 of the bytes that it inflates to. */
  readonly sum: number;
  /** How many these are. */
  readonly length: number;
}

/** Rows to be compressed. */
export interface StripRows {
  /** `[rows, rowBytes]`. */
  readonly data: Uint8Array;
  /** Bytes of a row. */
  readonly rowBytes: number;
  /** Bytes of a pixel, for the left neighbour. */
  readonly step: number;
  /** What it is like. */
  readonly content: PngContent;
}

/** Strips of more bytes are compressed for speed: at 9 a photograph of a phone takes seconds. */
const SMALL_BYTES = 2 ** 22;

const ADLER_BASE = 65521;

/** Bytes after which the sums must be reduced so that they stay below 2^32 (zlib's NMAX). */
const ADLER_RUN = 5552;

/** Adler-32 (RFC 1950, 8.2). */
export function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let start = 0; start < bytes.length; start += ADLER_RUN) {
    const end = Math.min(bytes.length, start + ADLER_RUN);
    for (let i = start; i < end; i++) {
      low += bytes[i]!;
      high += low;
    }
    low %= ADLER_BASE;
    high %= ADLER_BASE;
  }
  return high * 65536 + low;
}

/** Adler-32 of two parts of which the second has `length` bytes (zlib's adler32_combine). */
export function joinSums(first: number, second: number, length: number): number {
  const [low, high] = [first % 65536, Math.floor(first / 65536)];
  const rest = length % ADLER_BASE;
  const newLow = (low + second % 65536 + ADLER_BASE - 1) % ADLER_BASE;
  const newHigh = (high + Math.floor(second / 65536) + rest * (low + ADLER_BASE - 1)) % ADLER_BASE;
  return newHigh * 65536 + newLow;
}

/** A filter byte before each row: Sub for photographs, None for drawings. */
function filterRows({ data, rowBytes, step, content }: StripRows): Uint8Array {
  const rows = data.length / rowBytes;
  const filtered = new Uint8Array(rows * (rowBytes + 1));
  for (let y = 0, from = 0, to = 0; y < rows; y++, from += rowBytes) {
    filtered[to++] = content === "photo" ? 1 : 0;
    const kept = content === "photo" ? Math.min(step, rowBytes) : rowBytes;
    filtered.set(data.subarray(from, from + kept), to);
    for (let x = kept; x < rowBytes; x++) filtered[to + x] = data[from + x]! - data[from + x - step]!;
    to += rowBytes;
  }
  return filtered;
}

/** Filters and compresses some rows of a picture. */
export function deflateStrip(rows: StripRows): PngStrip {
  const filtered = filterRows(rows);
  const small = filtered.length <= SMALL_BYTES;
  const deflated = deflateRawSync(filtered, {
    level: small ? 9 : 6,
    // of large photographs, runs alone are looked for: twice as fast, and as small
    strategy: rows.content === "photo" && !small ? constants.Z_RLE : constants.Z_DEFAULT_STRATEGY,
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: 2 ** 20,
  });
  return { deflated: new Uint8Array(deflated), sum: adler32(filtered), length: filtered.length };
}
