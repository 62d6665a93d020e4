import { inflateSync } from "node:zlib";
import { FormatError } from "../core/errors.ts";
import { checkDecodedSize } from "./decode_limits.ts";
import { turnPixels } from "./exif_orientation.ts";
import type { PixelSamples } from "./pixel_samples.ts";
import { type PngHeader, type PngParts, readPngHeader, readPngParts } from "./png_chunks.ts";
import { undoFilters } from "./png_filter.ts";
import { bytesOfRow, inflatedBytes, passesOf, type PngPass, scatterPass } from "./png_passes.ts";

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

/** Some writers put a few bytes behind the last row. */
const SPARE_BYTES = 65536;

function fail(name: string, state: string, cause?: unknown): never {
  throw new FormatError(`Cannot decode "${name}": ${state}, expected a whole PNG file`, { cause });
}

/** Refuses, before memory is asked for, sizes that the compressed bytes cannot fill or that they exceed. */
function checkSize({ header, compressedBytes }: PngParts, name: string): void {
  const { width, height } = header;
  const rawBytes = inflatedBytes(header);
  if (rawBytes > compressedBytes * MAX_INFLATION || compressedBytes > rawBytes * 2 + 1024) {
    throw new FormatError(
      `Cannot decode "${name}": its header says ${width} × ${height} but it has ${compressedBytes} bytes of ` +
        "pixels, expected data for that size",
    );
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}

function inflateReason(cause: unknown, wanted: number): string {
  if ((cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") {
    return `its pixels inflate to more than the ${wanted} bytes that its header asks for`;
  }
  return cause instanceof Error ? cause.message : String(cause);
}

/** The rows of all passes, each after its filter byte. */
function inflateRows({ header, compressed, compressedBytes }: PngParts, name: string): Uint8Array {
  const wanted = inflatedBytes(header);
  const most = wanted + SPARE_BYTES;
  let rows: Uint8Array;
  try {
    // one piece: the inflater would join several by a copy
    const inflated = inflateSync(joined(compressed, compressedBytes), {
      maxOutputLength: most,
      chunkSize: most,
    });
    rows = new Uint8Array(inflated.buffer, inflated.byteOffset, inflated.length);
  } catch (cause) {
    return fail(name, inflateReason(cause, wanted), cause);
  }
  if (rows.length < wanted) fail(name, `its pixels are ${rows.length} bytes of ${wanted}`);
  return rows;
}

/** One value a byte, from rows whose values of 1, 2 or 4 bits are packed, most significant first. */
function unpack(packed: Uint8Array, width: number, height: number, depth: number): Uint8Array {
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

/** Big-endian words as this machine has them, in the same memory where its place allows that. */
function toWords(bytes: Uint8Array): Uint16Array {
  const own = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  const words = new Uint16Array(own.buffer, own.byteOffset, own.length / 2);
  for (let i = 0; i < words.length; i++) words[i] = (own[2 * i]! << 8) | own[2 * i + 1]!;
  return words;
}

/** The values of a pass, its filters undone. */
function valuesOfPass(
  rows: Uint8Array,
  from: number,
  { width, height }: PngPass,
  header: PngHeader,
  name: string,
): Uint8Array | Uint16Array {
  const { channels, depth } = header;
  const rowBytes = bytesOfRow(width, header);
  const step = Math.max(1, channels * depth / 8);
  const to = from - from % 2; // words want an even place
  const unknown = undoFilters({ bytes: rows, from, to, rowBytes, rows: height, step });
  if (unknown !== undefined) fail(name, `a row has filter ${unknown}`);
  const bytes = rows.subarray(to, to + rowBytes * height);
  if (depth < 8) return unpack(bytes, width, height, depth);
  return depth === 16 ? toWords(bytes) : bytes;
}

function decodePixels(parts: PngParts, name: string): Uint8Array | Uint16Array {
  const { header } = parts;
  const rows = inflateRows(parts, name);
  const passes = passesOf(header);
  if (!header.interlaced) return valuesOfPass(rows, 0, passes[0]!, header, name);
  const count = header.width * header.height * header.channels;
  const picture = header.depth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  let from = 0;
  for (const pass of passes) {
    const values = valuesOfPass(rows, from, pass, header, name);
    scatterPass(values, pass, picture, header.width, header.channels);
    from += (bytesOfRow(pass.width, header) + 1) * pass.height;
  }
  return picture;
}

/**
 * Decodes a PNG of any kind to its raw values. Takes the memory of the inflated rows, which the values lie in, and
 * where they are fewer than 8 bits or interlaced that of the values once more.
 * @param name Stands in error texts
 * @throws {FormatError} If the file is cut off, damaged, or larger than `decodeLimits` allow
 */
export function decodePngSamples(bytes: Uint8Array, name: string): PngSamples {
  return samplesOf(checkedParts(bytes, name), name);
}

/** The chunks, after the header's claim was held against the limits. */
function checkedParts(bytes: Uint8Array, name: string): PngParts {
  const claimed = readPngHeader(bytes, name);
  checkDecodedSize({ ...claimed, bitDepth: claimed.depth }, name);
  return readPngParts(bytes, name);
}

function samplesOf(parts: PngParts, name: string): PngSamples {
  checkSize(parts, name);
  const { header, palette } = parts;
  return { header, palette: header.kind === "palette" ? palette : [], data: decodePixels(parts, name) };
}

/**
 * Decodes a PNG to its raw values, upright as its eXIf chunk says.
 * @throws {FormatError} As {@link decodePngSamples}
 */
export function decodePng(bytes: Uint8Array, name: string): PixelSamples {
  const parts = checkedParts(bytes, name);
  const { header: { width, height, channels, depth, kind }, palette, data } = samplesOf(parts, name);
  const upright = turnPixels({ width, height, data }, channels, parts.orientation);
  return { ...upright, channels, depth, kind, palette };
}
