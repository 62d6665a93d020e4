import { decode } from "fast-png";
import { FormatError } from "../core/errors.ts";
import { type PngHeader, type PngParts, readPngParts } from "./png_chunks.ts";

/** A decoded PNG before any conversion. */
export interface PngSamples {
  /** What IHDR says. */
  readonly header: PngHeader;
  /** Colours, for kind `palette`; else empty. */
  readonly palette: [number, number, number][];
  /** `[height, width, channels]`, raw values 0 to 2^depth − 1; Uint16Array for 16 bits. */
  readonly data: Uint8Array | Uint16Array;
}

/** No deflate stream grows by more (zlib's technical notes: 1032:1). */
const MAX_INFLATION = 1032;

const IEND = Uint8Array.of(0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82);

/** Refuses, before memory is asked for, sizes that the compressed bytes cannot fill or that they exceed. */
function checkSize({ header, compressedBytes }: PngParts, name: string): void {
  const { width, height, channels, depth } = header;
  const rawBytes = (Math.ceil(width * channels * depth / 8) + 1) * height;
  if (rawBytes > compressedBytes * MAX_INFLATION || compressedBytes > rawBytes * 2 + 1024) {
    throw new FormatError(
      `Cannot decode "${name}": its header says ${width} × ${height} but it has ${compressedBytes} bytes of ` +
        "pixels, expected data for that size",
    );
  }
}

/** The chunks that make pixels as a PNG file of their own, so that odd extra chunks cannot disturb. */
function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 8 + IEND.length);
  const file = new Uint8Array(length);
  file.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  let position = 8;
  for (const chunk of [...chunks, IEND]) {
    file.set(chunk, position);
    position += chunk.length;
  }
  return file;
}

/** One value a byte, from rows whose values of 1, 2 or 4 bits are packed, most significant first. */
function unpack(packed: Uint8Array, { width, height, depth }: PngHeader): Uint8Array {
  const rowBytes = Math.ceil(width * depth / 8);
  const perByte = 8 / depth;
  const mask = (1 << depth) - 1;
  const data = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      const byte = packed[y * rowBytes + Math.floor(x / perByte)]!;
      data[to] = (byte >> (8 - depth * (x % perByte + 1))) & mask;
    }
  }
  return data;
}

function decodePixels(parts: PngParts, name: string): Uint8Array | Uint16Array {
  try {
    const { data } = decode(joinChunks(parts.chunks));
    return data instanceof Uint8ClampedArray ? new Uint8Array(data.buffer) : data;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`Cannot decode "${name}": ${reason}, expected a whole PNG file`, { cause });
  }
}

/**
 * Decodes a PNG of any kind to its raw values.
 * @param name Stands in error texts
 * @throws {FormatError} If the file is cut off, damaged, or interlaced with fewer than 8 bits a value
 */
export function decodePngSamples(bytes: Uint8Array, name: string): PngSamples {
  const parts = readPngParts(bytes, name);
  const { header, palette } = parts;
  checkSize(parts, name);
  if (header.interlaced && header.depth < 8) {
    throw new FormatError(
      `Cannot decode "${name}": it is interlaced with ${header.depth} bits a value, expected 8 or 16 bits, or no ` +
        "interlacing; save it again without interlacing",
    );
  }
  const pixels = decodePixels(parts, name);
  const data = header.depth < 8 ? unpack(pixels as Uint8Array, header) : pixels;
  return { header, palette: header.kind === "palette" ? palette : [], data };
}
