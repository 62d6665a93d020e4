import { FormatError } from "../core/errors.ts";
import { decodeSamples } from "./decode_samples.ts";
import type { PixelSamples } from "./pixel_samples.ts";
import { sniffImage } from "./sniff_image.ts";
import { readWebpHeader } from "./webp_header.ts";

/** A mask file's values as they are stored. */
export interface RawMask {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `index`: grey values; `palette`: indices with colours; `color`: RGB triples. */
  readonly kind: "index" | "palette" | "color";
  /** `[height, width]`, for `color` `[height, width, 3]`; Uint16Array for 16-bit grey. */
  readonly data: Uint8Array | Uint16Array;
  /** RGB of each index, for `palette`. */
  readonly palette?: readonly (readonly [number, number, number])[];
}

/** The first `kept` of every `channels` values. */
function keepChannels(
  data: Uint8Array | Uint16Array,
  channels: number,
  kept: number,
): Uint8Array | Uint16Array {
  if (channels === kept) return data;
  const pixels = data.length / channels;
  const out = data instanceof Uint16Array ? new Uint16Array(pixels * kept) : new Uint8Array(pixels * kept);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < kept; c++) out[i * kept + c] = data[i * channels + c]!;
  }
  return out;
}

function toMask(
  { width, height, kind, channels, depth, palette, data }: PixelSamples,
  name: string,
): RawMask {
  if (kind === "palette") return { width, height, kind, data, palette };
  if (channels < 3) return { width, height, kind: "index", data: keepChannels(data, channels, 1) };
  if (depth === 16) {
    throw new FormatError(
      `Cannot read mask "${name}": it is a colour picture of 16 bits, expected 8 bits for colours`,
    );
  }
  return { width, height, kind: "color", data: keepChannels(data, channels, 3) };
}

/**
 * Reads a mask without any scaling: grey of 1 to 16 bits gives the stored values, a palette its indices, a colour picture
 * its RGB values. Alpha is dropped. PNG, TIFF, BMP, and WebP without loss.
 * @param bytes The whole file
 * @param name Stands in error texts
 * @throws {FormatError} If it is a JPEG or a WebP with loss (they invent classes), no image, cut off or damaged
 */
export async function decodeMask(bytes: Uint8Array, name: string): Promise<RawMask> {
  const format = sniffImage(bytes, name);
  const lossy = format === "jpeg" ? "a JPEG" : undefined;
  const changed = format === "webp" && !readWebpHeader(bytes, name).lossless ? "a WebP with loss" : lossy;
  if (format === "jpeg" || changed !== undefined) {
    throw new FormatError(
      `Cannot read mask "${name}": it is ${changed}, expected a PNG; JPEG and WebP change values, so its classes are lost`,
    );
  }
  return toMask(await decodeSamples(bytes, format, name), name);
}
