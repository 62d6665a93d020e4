/** The compressions of TIFF that keep all values (TIFF 6.0, sections 9 and 13, and its supplement 2). */
import { inflateSync } from "node:zlib";

const CLEAR = 256;
const END = 257;
const MOST_CODES = 4096;

/** PackBits: a count, then bytes as they are, or one to repeat. */
function unpackBits(bytes: Uint8Array, out: Uint8Array): number {
  let to = 0;
  for (let from = 0; from + 1 < bytes.length && to < out.length;) {
    const count = bytes[from++]!;
    if (count === 128) continue;
    if (count < 128) {
      const part = bytes.subarray(from, from + Math.min(count + 1, out.length - to));
      out.set(part, to);
      to += part.length;
      from += count + 1;
    } else {
      const end = Math.min(out.length, to + 257 - count);
      out.fill(bytes[from++]!, to, end);
      to = end;
    }
  }
  return to;
}

/** LZW of 9 to 12 bits, the first bit the highest; codes grow one early, as all writers do. */
function unpackLzw(bytes: Uint8Array, out: Uint8Array): number {
  // of each code: where a copy of it stands in `out`, and its length
  const places = new Uint32Array(MOST_CODES);
  const lengths = new Uint32Array(MOST_CODES);
  let [next, width, held, bits, to] = [258, 9, 0, 0, 0];
  let before = -1;
  for (let from = 0; to < out.length;) {
    while (bits < width && from < bytes.length) {
      held = (held << 8) | bytes[from++]!;
      bits += 8;
    }
    if (bits < width) break;
    bits -= width;
    const code = (held >>> bits) & ((1 << width) - 1);
    held &= (1 << bits) - 1;
    if (code === END) break;
    if (code === CLEAR) {
      [next, width, before] = [258, 9, -1];
      continue;
    }
    if (code > next || (code === next && before < 0)) break;
    const start = to;
    if (code < 256) out[to++] = code;
    else {
      // the code that is made right now is the one before and its own first byte
      const [place, length] = code === next ? [before, start - before + 1] : [places[code]!, lengths[code]!];
      for (let i = 0; i < length && to < out.length; i++) out[to++] = out[place + i]!;
    }
    if (before >= 0 && next < MOST_CODES) {
      places[next] = before;
      lengths[next] = start - before + 1;
      next++;
    }
    before = start;
    if (next >= (1 << width) - 1 && width < 12) width++;
  }
  return to;
}

function inflate(bytes: Uint8Array, out: Uint8Array): number {
  // a few bytes more than a piece has may follow it; a bomb ends here
  const found = inflateSync(bytes, { maxOutputLength: out.length + 65536 });
  const kept = found.subarray(0, out.length);
  out.set(kept);
  return kept.length;
}

/**
 * Unpacks one strip or tile.
 * @param compression As in `TiffHeader`
 * @param out What the piece must fill
 * @returns How many bytes of it were filled
 * @throws {Error} If Deflate data is damaged or holds more than a piece has
 */
export function unpackPiece(bytes: Uint8Array, compression: number, out: Uint8Array): number {
  if (compression === 5) return unpackLzw(bytes, out);
  if (compression === 32773) return unpackBits(bytes, out);
  if (compression === 8 || compression === 32946) return inflate(bytes, out);
  const kept = bytes.subarray(0, out.length);
  out.set(kept);
  return kept.length;
}
