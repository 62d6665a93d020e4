import { sniffImage } from "./image_header.ts";
import { decodeJpeg } from "./jpeg_decoder.ts";
import { decodePngSamples, type PngSamples } from "./png_samples.ts";
import type { RgbImage } from "./rgb_image.ts";

/** Values 0 to 2^depth − 1 as 0 to 255; of 16 bits the upper 8 stay, as in OpenCV and Pillow. */
function toBytes({ header: { depth }, data }: PngSamples): Uint8Array {
  if (depth === 8) return data as Uint8Array;
  if (depth === 16) return Uint8Array.from(data, (value) => value >> 8);
  const scale = 255 / (2 ** depth - 1);
  return Uint8Array.from(data, (value) => value * scale);
}

function greyToRgb(values: Uint8Array, channels: number): Uint8Array {
  const pixels = values.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) rgb.fill(values[i * channels]!, i * 3, i * 3 + 3);
  return rgb;
}

/** Indices beyond the palette become black. */
function paletteToRgb({ data, palette }: PngSamples): Uint8Array {
  const rgb = new Uint8Array(data.length * 3);
  for (let i = 0; i < data.length; i++) rgb.set(palette[data[i]!] ?? [0, 0, 0], i * 3);
  return rgb;
}

function dropAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(rgba.length / 4 * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}

function pngToRgb(samples: PngSamples): Uint8Array {
  const { kind, channels } = samples.header;
  if (kind === "palette") return paletteToRgb(samples);
  const bytes = toBytes(samples);
  if (kind === "color") return bytes;
  return kind === "color-alpha" ? dropAlpha(bytes) : greyToRgb(bytes, channels);
}

/**
 * Decodes a JPEG or PNG, told apart by content. JPEG: grey, colour, progressive, turned as its EXIF part says.
 * PNG: grey and palette of 1 to 8 bits, colour, 16 bits (cut to the upper 8), alpha dropped without blending,
 * interlaced (8 and 16 bits only).
 * @param bytes The whole file
 * @param name Stands in error texts
 * @throws {FormatError} If the file is of another format, cut off, damaged, CMYK or of another kind named above as
 * not read
 */
export async function decodeRgb(bytes: Uint8Array, name: string): Promise<RgbImage> {
  if (sniffImage(bytes, name) === "jpeg") return await decodeJpeg(bytes, name);
  const samples = decodePngSamples(bytes, name);
  const { width, height } = samples.header;
  return { width, height, data: pngToRgb(samples) };
}
