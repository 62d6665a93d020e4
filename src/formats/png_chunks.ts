import { crc32 } from "node:zlib";
import { FormatError } from "../core/errors.ts";
import { exifOrientation, type Orientation } from "./exif_orientation.ts";

/** How a PNG's values are meant (its colour type). */
export type PngKind = "grey" | "color" | "palette" | "grey-alpha" | "color-alpha";

/** The IHDR chunk. */
export interface PngHeader {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bits of one channel: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** Meaning of the values. */
  readonly kind: PngKind;
  /** Values of one pixel, 1 to 4. */
  readonly channels: number;
  /** Whether rows come in Adam7 order. */
  readonly interlaced: boolean;
}

/** The parts of a PNG file that make its pixels. */
export interface PngParts {
  /** What IHDR says. */
  readonly header: PngHeader;
  /** Colours of PLTE, for kind `palette`. */
  readonly palette: [number, number, number][];
  /** What the IDAT chunks hold, views on the file; empty ones are left out. */
  readonly compressed: readonly Uint8Array[];
  /** Bytes in all of them. */
  readonly compressedBytes: number;
  /** What its eXIf chunk states, before or behind the pixels; 1 where there is none. */
  readonly orientation: Orientation;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const KINDS: Readonly<Record<number, { kind: PngKind; channels: number; depths: readonly number[] }>> = {
  0: { kind: "grey", channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { kind: "color", channels: 3, depths: [8, 16] },
  3: { kind: "palette", channels: 1, depths: [1, 2, 4, 8] },
  4: { kind: "grey-alpha", channels: 2, depths: [8, 16] },
  6: { kind: "color-alpha", channels: 4, depths: [8, 16] },
};

function fail(name: string, state: string, rule = "a whole PNG file"): never {
  throw new FormatError(`Cannot decode "${name}": ${state}, expected ${rule}`);
}

/**
 * Reads IHDR.
 * @param bytes The file or its beginning, at least 33 bytes
 * @param name Stands in error texts
 * @throws {FormatError} If signature or IHDR are not those of a PNG
 */
export function readPngHeader(bytes: Uint8Array, name: string): PngHeader {
  if (bytes.length < 33) fail(name, `it ends inside its header (${bytes.length} bytes)`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const named = SIGNATURE.every((byte, i) => bytes[i] === byte) && view.getUint32(12) === 0x49484452;
  if (!named || view.getUint32(8) !== 13) fail(name, "its first chunk is no IHDR");
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colorType, interlace] = [view.getUint8(24), view.getUint8(25), view.getUint8(28)];
  const known = KINDS[colorType];
  if (known === undefined || !known.depths.includes(depth)) {
    return fail(name, `colour type ${colorType} with ${depth} bits`, "a combination that PNG knows");
  }
  if (width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff) {
    fail(name, `its header says ${width} × ${height}`);
  }
  if (interlace > 1 || view.getUint8(26) !== 0 || view.getUint8(27) !== 0) {
    fail(name, "its compression, filter or interlace method is unknown", "methods 0, 0, and 0 or 1");
  }
  return { width, height, depth, kind: known.kind, channels: known.channels, interlaced: interlace === 1 };
}

function readPalette(body: Uint8Array, name: string): [number, number, number][] {
  if (body.length % 3 !== 0 || body.length > 768) fail(name, `its palette has ${body.length} bytes`);
  return Array.from(
    { length: body.length / 3 },
    (_, i) => [body[i * 3]!, body[i * 3 + 1]!, body[i * 3 + 2]!],
  );
}

/**
 * Walks all chunks, checking lengths and the checksums of those that make pixels; others (text, profiles,
 * transparency) are passed over.
 * @param name Stands in error texts
 * @throws {FormatError} If the file is cut off or damaged
 */
export function readPngParts(bytes: Uint8Array, name: string): PngParts {
  const header = readPngHeader(bytes, name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const compressed: Uint8Array[] = [];
  let palette: [number, number, number][] = [];
  let compressedBytes = 0;
  let orientation: Orientation = 1;
  for (let position = 8; position + 12 <= bytes.length;) {
    const length = view.getUint32(position);
    const end = position + 12 + length;
    const type = String.fromCharCode(...bytes.subarray(position + 4, position + 8));
    if (end > bytes.length) fail(name, `it is cut off inside its ${type} chunk`);
    if (type === "IEND") {
      if (compressedBytes === 0) fail(name, "it has no IDAT chunk");
      return { header, palette, compressed, compressedBytes, orientation };
    }
    if (type === "eXIf") orientation = exifOrientation(bytes.subarray(position + 8, end - 4));
    if (type === "IHDR" || type === "PLTE" || type === "IDAT") {
      const sum = crc32(bytes.subarray(position + 4, end - 4));
      if (sum !== view.getUint32(end - 4)) fail(name, `its ${type} chunk is damaged (checksum differs)`);
      const body = bytes.subarray(position + 8, end - 4);
      if (type === "PLTE") palette = readPalette(body, name);
      if (type === "IDAT" && length > 0) compressed.push(body);
      if (type === "IDAT") compressedBytes += length;
    }
    position = end;
  }
  return fail(name, "it is cut off (no end mark)");
}

/**
 * The orientation that the eXIf chunk of a PNG states.
 * @param bytes The file or its beginning: chunks that lie whole in it are looked at
 * @returns 1 where there is none
 */
export function readPngOrientation(bytes: Uint8Array): Orientation {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let position = 8; position + 12 <= bytes.length;) {
    const end = position + 12 + view.getUint32(position);
    const type = String.fromCharCode(...bytes.subarray(position + 4, position + 8));
    if (type === "eXIf" && end <= bytes.length) return exifOrientation(bytes.subarray(position + 8, end - 4));
    position = end;
  }
  return 1;
}
