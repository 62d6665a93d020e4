import { FormatError } from "../core/errors.ts";
import { checkDecodedSize } from "./decode_limits.ts";
import { turnPixels } from "./exif_orientation.ts";
import type { PixelSamples } from "./pixel_samples.ts";
import { readTiffHeader, type TiffHeader } from "./tiff_header.ts";
import { unpackPiece } from "./tiff_unpack.ts";

function fail(name: string, state: string, cause?: unknown): never {
  throw new FormatError(`Cannot decode "${name}": ${state}, expected a whole TIFF file`, { cause });
}

/** Bytes of one piece's row: its values, packed. */
function bytesOfRow({ pieceSize: { columns }, channels, depth }: TiffHeader): number {
  return Math.ceil(columns * channels * depth / 8);
}

/** Rows of a piece that hold data: the last strip may have fewer. */
function rowsOfPiece({ pieceSize, height, width }: TiffHeader, index: number): number {
  const across = Math.ceil(width / pieceSize.columns);
  const isStrip = pieceSize.columns === width;
  const top = Math.floor(index / across) * pieceSize.rows;
  return isStrip ? Math.min(pieceSize.rows, height - top) : pieceSize.rows;
}

function readPiece(bytes: Uint8Array, header: TiffHeader, index: number, name: string): Uint8Array {
  const { offset, bytes: length } = header.pieces[index]!;
  if (offset + length > bytes.length) fail(name, `it is cut off inside strip or tile ${index + 1}`);
  const out = new Uint8Array(bytesOfRow(header) * rowsOfPiece(header, index));
  let filled = 0;
  try {
    filled = unpackPiece(bytes.subarray(offset, offset + length), header.compression, out);
  } catch (cause) {
    fail(name, `strip or tile ${index + 1} is damaged (${(cause as Error).message})`, cause);
  }
  if (filled < out.length) {
    fail(name, `strip or tile ${index + 1} has ${filled} bytes of ${out.length}`);
  }
  return out;
}

/** One value an element, in this machine's order, of packed bytes. */
function valuesOf(piece: Uint8Array, header: TiffHeader, little: boolean): Uint8Array | Uint16Array {
  const { depth, channels, pieceSize: { columns } } = header;
  if (depth === 8) return piece;
  if (depth === 16) {
    const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
    return Uint16Array.from({ length: piece.length / 2 }, (_, i) => view.getUint16(2 * i, little));
  }
  const [perByte, mask, rowBytes] = [8 / depth, (1 << depth) - 1, bytesOfRow(header)];
  const perRow = columns * channels;
  return Uint8Array.from({ length: piece.length / rowBytes * perRow }, (_, i) => {
    const [row, at] = [Math.floor(i / perRow), i % perRow];
    const byte = piece[row * rowBytes + Math.floor(at / perByte)]!;
    return (byte >> (8 - depth * (at % perByte + 1))) & mask;
  });
}

/** Undoes horizontal differencing (section 14): each value is the one to its left plus what is stored. */
function undoDifferences(values: Uint8Array | Uint16Array, perRow: number, channels: number): void {
  for (let row = 0; row < values.length; row += perRow) {
    // typed arrays keep the lower bits of a sum
    for (let i = row + channels; i < row + perRow; i++) values[i] = values[i]! + values[i - channels]!;
  }
}

function assemble(bytes: Uint8Array, header: TiffHeader, name: string): Uint8Array | Uint16Array {
  const { width, height, channels, depth, pieceSize: { rows, columns } } = header;
  const count = width * height * channels;
  const data = depth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  const across = Math.ceil(width / columns);
  const little = bytes[0] === 0x49;
  header.pieces.forEach((_, index) => {
    const values = valuesOf(readPiece(bytes, header, index, name), header, little);
    if (header.predictor) undoDifferences(values, columns * channels, channels);
    const [left, top] = [(index % across) * columns, Math.floor(index / across) * rows];
    const kept = Math.min(columns, width - left) * channels;
    for (let y = 0; y < rows && top + y < height; y++) {
      const from = y * columns * channels;
      data.set(values.subarray(from, from + kept), ((top + y) * width + left) * channels);
    }
  });
  return data;
}

/** White at 0 becomes black at 0; indices of a palette stay. */
function invert(data: Uint8Array | Uint16Array, { channels, depth }: TiffHeader): void {
  const white = 2 ** depth - 1;
  for (let i = 0; i < data.length; i += channels) data[i] = white - data[i]!;
}

/**
 * Decodes the first picture of a TIFF to its raw values, upright: grey, RGB or palette of 1 to 16 bits, in strips or
 * tiles, without compression or with LZW, Deflate or PackBits.
 * @param name Stands in error texts
 * @throws {FormatError} If the file is cut off, damaged, of a kind that is not read (named), or larger than
 * `decodeLimits` allow
 */
export function decodeTiff(bytes: Uint8Array, name: string): PixelSamples {
  const header = readTiffHeader(bytes, name);
  const { width, height, channels, depth, photometric, orientation, pieceSize } = header;
  checkDecodedSize({ width, height, channels, bitDepth: depth }, name);
  checkDecodedSize({ width: pieceSize.columns, height: pieceSize.rows, channels, bitDepth: depth }, name);
  const data = assemble(bytes, header, name);
  if (photometric === 0) invert(data, header);
  const kinds = { 1: "grey", 2: "grey-alpha", 3: "color", 4: "color-alpha" } as const;
  const kind = photometric === 3 ? "palette" : kinds[channels as 1 | 2 | 3 | 4];
  const turned = turnPixels({ width, height, data }, channels, orientation);
  return { ...turned, channels, depth, kind, palette: header.palette };
}
