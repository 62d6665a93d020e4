import { bmpFileBytes, readBmpHeader } from "./bmp_decoder.ts";
import { type Orientation, swapsSides } from "./exif_orientation.ts";
import { readJpegHeader } from "./jpeg_header.ts";
import { readPngHeader, readPngOrientation } from "./png_chunks.ts";
import { type ImageFormat, sniffImage } from "./sniff_image.ts";
import { readTiffHeader } from "./tiff_header.ts";
import { readWebpHeader } from "./webp_header.ts";

/** What a picture's first bytes say. */
export interface ImageHeader {
  /** By content, not by the file's name. */
  readonly format: ImageFormat;
  /** Columns of the upright picture. */
  readonly width: number;
  /** Rows of the upright picture. */
  readonly height: number;
  /** Stored channels: 1 grey or palette, 2 grey and alpha, 3 colour, 4 colour and alpha, or CMYK. */
  readonly channels: number;
  /** Bits of one channel: 1, 2, 4, 8, 12 or 16. */
  readonly bitDepth: number;
  /** Whether the values are indices into a palette. */
  readonly palette: boolean;
  /** What the EXIF part states; of a PNG only where its eXIf chunk lies in the bytes that were given. */
  readonly orientation: Orientation;
  /** Bytes that a whole file has at least, where its header tells: of TIFF, WebP and BMP. */
  readonly fileBytes?: number;
}

/** "IEND", and the marker EOI. */
const END_MARKS = { png: [0x49, 0x45, 0x4e, 0x44], jpeg: [0xff, 0xd9] } as const;

/** Whether the last bytes of a file hold the mark that ends a picture; other data may follow it. */
export function hasImageEnd(bytes: Uint8Array, format: keyof typeof END_MARKS): boolean {
  const mark = END_MARKS[format];
  for (let at = bytes.length - mark.length; at >= 0; at--) {
    if (mark.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}

/** A header without its place, sides as stored. */
type Stored = Omit<ImageHeader, "format">;

function jpegHeader(bytes: Uint8Array, name: string): Stored {
  const { width, height, components, precision, orientation } = readJpegHeader(bytes, name);
  return { width, height, channels: components, bitDepth: precision, palette: false, orientation };
}

function pngHeader(bytes: Uint8Array, name: string): Stored {
  const { width, height, channels, depth, kind } = readPngHeader(bytes, name);
  const orientation = readPngOrientation(bytes);
  return { width, height, channels, bitDepth: depth, palette: kind === "palette", orientation };
}

function tiffHeader(bytes: Uint8Array, name: string): Stored {
  const { width, height, channels, depth, photometric, orientation, pieces } = readTiffHeader(bytes, name);
  const fileBytes = pieces.reduce((most, { offset, bytes: length }) => Math.max(most, offset + length), 0);
  return { width, height, channels, bitDepth: depth, palette: photometric === 3, orientation, fileBytes };
}

function webpHeader(bytes: Uint8Array, name: string): Stored {
  const { width, height, orientation, fileBytes } = readWebpHeader(bytes, name);
  return { width, height, channels: 4, bitDepth: 8, palette: false, orientation, fileBytes };
}

function bmpHeader(bytes: Uint8Array, name: string): Stored {
  const header = readBmpHeader(bytes, name);
  const { width, height, bits } = header;
  const fileBytes = bmpFileBytes(header);
  return {
    width,
    height,
    channels: bits > 8 ? 3 : 1,
    bitDepth: 8,
    palette: bits <= 8,
    orientation: 1,
    fileBytes,
  };
}

const READERS = {
  jpeg: jpegHeader,
  png: pngHeader,
  tiff: tiffHeader,
  webp: webpHeader,
  bmp: bmpHeader,
} as const;

/**
 * Reads sizes and kind without decoding.
 * @param bytes The file, or its beginning (64 KiB hold nearly every header of JPEG, PNG and BMP; a JPEG with long comments
 * needs more, and so do TIFF and WebP, whose directory or EXIF part stands at the end)
 * @param name Stands in error texts
 * @throws {FormatError} If it is of no format that is read, or ends inside its header
 */
export function readImageHeader(bytes: Uint8Array, name: string): ImageHeader {
  const format = sniffImage(bytes, name);
  const stored = READERS[format](bytes, name);
  const { width, height, orientation } = stored;
  const [w, h] = swapsSides(orientation) ? [height, width] : [width, height];
  return { ...stored, format, width: w, height: h };
}
