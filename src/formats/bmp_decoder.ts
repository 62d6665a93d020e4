/**
 * Windows bitmaps. Written here because the packages for them read palettes wrongly or not at all (README.md of this
 * folder).
 */
import { FormatError } from "../core/errors.ts";
import { checkDecodedSize } from "./decode_limits.ts";
import type { PixelSamples } from "./pixel_samples.ts";

/** What a bitmap's headers say. */
export interface BmpHeader {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Whether the first stored row is the upper one; usually it is the lowest. */
  readonly topDown: boolean;
  /** Bits of a pixel: 1, 4 and 8 with a palette, 16, 24 or 32 of colour. */
  readonly bits: number;
  /** Where the rows begin. */
  readonly offset: number;
  /** RGB of each index; empty above 8 bits. */
  readonly palette: [number, number, number][];
  /** Which bits of a pixel are red, green and blue, for 16 and 32 bits. */
  readonly masks: readonly [number, number, number];
}

const OS2_HEADER = 12;

function fail(name: string, state: string, rule = "a whole BMP file"): never {
  throw new FormatError(`Cannot decode "${name}": ${state}, expected ${rule}`);
}

function masksOf(view: DataView, bits: number, compression: number): BmpHeader["masks"] {
  if (compression === 3 || compression === 6) {
    return [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)];
  }
  return bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
}

function paletteOf(view: DataView, from: number, count: number, entry: 3 | 4): [number, number, number][] {
  return Array.from({ length: count }, (_, i) => {
    const at = from + i * entry;
    return [view.getUint8(at + 2), view.getUint8(at + 1), view.getUint8(at)];
  });
}

/**
 * Reads both headers and the palette.
 * @param bytes The file or its beginning, 1100 bytes are enough
 * @param name Stands in error texts
 * @throws {FormatError} If it ends inside them, or the picture is of a kind that is not read
 */
export function readBmpHeader(bytes: Uint8Array, name: string): BmpHeader {
  const cut = () => fail(name, `it ends inside its header (${bytes.length} bytes)`);
  if (bytes.length < 26) cut();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(14, true);
  const old = size === OS2_HEADER;
  if (!old && (size < 40 || size > 1024)) fail(name, `its header has ${size} bytes`);
  if (bytes.length < 14 + size + (old ? 0 : 12)) cut();
  const [width, signed] = old
    ? [view.getUint16(18, true), view.getUint16(20, true)]
    : [view.getInt32(18, true), view.getInt32(22, true)];
  const [bits, compression] = old
    ? [view.getUint16(24, true), 0]
    : [view.getUint16(28, true), view.getUint32(30, true)];
  const height = Math.abs(signed);
  if (width < 1 || height < 1) fail(name, `its header says ${width} × ${signed}`);
  const packed = compression === 1 || compression === 2;
  if (packed || ![0, 3, 6].includes(compression) || ![1, 4, 8, 16, 24, 32].includes(bits)) {
    fail(
      name,
      packed ? "it is compressed by run lengths" : `it has ${bits} bits a pixel, method ${compression}`,
      "a BMP without compression; save it as PNG",
    );
  }
  const used = old ? 0 : view.getUint32(46, true);
  const count = bits > 8 ? 0 : Math.min(used === 0 ? 2 ** bits : used, 2 ** bits);
  const entry = old ? 3 : 4;
  if (14 + size + count * entry > bytes.length) cut();
  return {
    width,
    height,
    topDown: signed < 0,
    bits,
    offset: view.getUint32(10, true),
    palette: paletteOf(view, 14 + size, count, entry),
    masks: masksOf(view, bits, compression),
  };
}

/** Bytes of a stored row: a multiple of four. */
function rowBytes({ width, bits }: BmpHeader): number {
  return Math.ceil(width * bits / 32) * 4;
}

/** The bytes that a whole file has at least. */
export function bmpFileBytes(header: BmpHeader): number {
  return header.offset + rowBytes(header) * header.height;
}

/** A channel of a pixel as 0 to 255. */
function channelOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (pixel) => Math.round(((pixel & mask) >>> shift) * 255 / most);
}

function colorRow(row: DataView, { width, bits, masks }: BmpHeader, out: Uint8Array, to: number): void {
  const bytes = bits / 8;
  const channels = masks.map(channelOf);
  for (let x = 0, from = 0; x < width; x++, from += bytes) {
    if (bits === 24) {
      for (let c = 0; c < 3; c++) out[to++] = row.getUint8(from + 2 - c);
      continue;
    }
    const pixel = bits === 16 ? row.getUint16(from, true) : row.getUint32(from, true);
    for (const channel of channels) out[to++] = channel(pixel);
  }
}

function indexRow(row: DataView, { width, bits }: BmpHeader, out: Uint8Array, to: number): void {
  const [perByte, mask] = [8 / bits, (1 << bits) - 1];
  for (let x = 0; x < width; x++) {
    out[to + x] = (row.getUint8(Math.floor(x / perByte)) >> (8 - bits * (x % perByte + 1))) & mask;
  }
}

/** Whether each index stands for the grey level of its number: then it is no palette. */
function isGreyRamp(palette: BmpHeader["palette"]): boolean {
  return palette.length === 256 && palette.every((color, i) => color.every((value) => value === i));
}

/**
 * Decodes a bitmap to its raw values: RGB, or indices of a palette; alpha is dropped.
 * @param name Stands in error texts
 * @throws {FormatError} If the file is cut off, compressed by run lengths, or larger than `decodeLimits` allow
 */
export function decodeBmp(bytes: Uint8Array, name: string): PixelSamples {
  const header = readBmpHeader(bytes, name);
  const { width, height, bits, palette } = header;
  const channels = bits > 8 ? 3 : 1;
  checkDecodedSize({ width, height, channels, bitDepth: 8 }, name);
  if (bmpFileBytes(header) > bytes.length) {
    fail(name, `it is cut off (${bytes.length} bytes of ${bmpFileBytes(header)})`);
  }
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const stored = header.topDown ? y : height - 1 - y;
    const at = header.offset + stored * rowBytes(header);
    const row = new DataView(bytes.buffer, bytes.byteOffset + at, rowBytes(header));
    (bits > 8 ? colorRow : indexRow)(row, header, data, y * width * channels);
  }
  const kind = bits > 8 ? "color" : isGreyRamp(palette) ? "grey" : "palette";
  return { width, height, channels, depth: 8, kind, palette: kind === "palette" ? palette : [], data };
}
