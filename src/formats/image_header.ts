import { FormatError } from "../core/errors.ts";
import { type Orientation, swapsSides } from "./exif_orientation.ts";
import { readJpegHeader } from "./jpeg_header.ts";
import { readPngHeader } from "./png_chunks.ts";

/** What a picture's first bytes say. */
export interface ImageHeader {
  /** By content, not by the file's name. */
  readonly format: "jpeg" | "png";
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
  /** EXIF orientation of a JPEG; 1 for a PNG (its eXIf chunk is not used). */
  readonly orientation: Orientation;
}

/**
 * The format that the first bytes show.
 * @param name Stands in the error's text
 * @throws {FormatError} If it is neither JPEG nor PNG
 */
export function sniffImage(bytes: Uint8Array, name: string): "jpeg" | "png" {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "jpeg";
  if (bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47) return "png";
  const first = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const state = bytes.length === 0 ? "file is empty" : `file begins with ${first}`;
  throw new FormatError(`Cannot decode "${name}": ${state}, expected a JPEG or PNG file`);
}

/** "IEND", and the marker EOI. */
const END_MARKS = { png: [0x49, 0x45, 0x4e, 0x44], jpeg: [0xff, 0xd9] } as const;

/** Whether the last bytes of a file hold the mark that ends a picture; other data may follow it. */
export function hasImageEnd(bytes: Uint8Array, format: ImageHeader["format"]): boolean {
  const mark = END_MARKS[format];
  for (let at = bytes.length - mark.length; at >= 0; at--) {
    if (mark.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}

/**
 * Reads sizes and kind without decoding.
 * @param bytes The file, or its beginning (64 KiB hold nearly every header; a JPEG with long comments needs more)
 * @param name Stands in error texts
 * @throws {FormatError} If it is neither JPEG nor PNG or ends inside its header
 */
export function readImageHeader(bytes: Uint8Array, name: string): ImageHeader {
  if (sniffImage(bytes, name) === "jpeg") {
    const { width, height, components, precision, orientation } = readJpegHeader(bytes, name);
    const [w, h] = swapsSides(orientation) ? [height, width] : [width, height];
    const format = "jpeg";
    return {
      format,
      width: w,
      height: h,
      channels: components,
      bitDepth: precision,
      palette: false,
      orientation,
    };
  }
  const { width, height, channels, depth, kind } = readPngHeader(bytes, name);
  const palette = kind === "palette";
  return { format: "png", width, height, channels, bitDepth: depth, palette, orientation: 1 };
}
