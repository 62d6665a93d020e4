import { decodeBmp } from "./bmp_decoder.ts";
import type { PixelSamples } from "./pixel_samples.ts";
import { decodePng } from "./png_samples.ts";
import type { ImageFormat } from "./sniff_image.ts";
import { decodeTiff } from "./tiff_decoder.ts";
import { decodeWebp } from "./webp_decoder.ts";

/**
 * Decodes a picture of any format but JPEG to its raw values, upright.
 * @param format As `sniffImage` tells it
 * @param name Stands in error texts
 * @throws {FormatError} If the file is cut off, damaged, of a kind that is not read, or larger than `decodeLimits` allow
 */
export function decodeSamples(
  bytes: Uint8Array,
  format: Exclude<ImageFormat, "jpeg">,
  name: string,
): PixelSamples | Promise<PixelSamples> {
  switch (format) {
    case "png":
      return decodePng(bytes, name);
    case "tiff":
      return decodeTiff(bytes, name);
    case "webp":
      return decodeWebp(bytes, name);
    case "bmp":
      return decodeBmp(bytes, name);
  }
}
