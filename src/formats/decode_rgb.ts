import { decodeSamples } from "./decode_samples.ts";
import { decodeJpeg } from "./jpeg_decoder.ts";
import type { PixelSamples } from "./pixel_samples.ts";
import { rgbaToRgb, type RgbImage } from "./rgb_image.ts";
import { sixteenToBytes } from "./sixteen_bits.ts";
import { sniffImage } from "./sniff_image.ts";

/** Values 0 to 2^depth − 1 as 0 to 255; of 16 bits as `sixteenToBytes`. */
function toBytes({ depth, channels, data }: PixelSamples): Uint8Array {
  if (data instanceof Uint16Array) return sixteenToBytes(data, channels, channels < 3 ? 1 : 3);
  if (depth === 8) return data;
  // a loop: TypedArray.from with a function makes a list of all values first, at eight times the memory
  const bytes = new Uint8Array(data.length);
  const scale = 255 / (2 ** depth - 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = data[i]! * scale;
  return bytes;
}

function greyToRgb(values: Uint8Array, channels: number): Uint8Array {
  const pixels = values.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += channels) {
    const value = values[from]!;
    rgb[to++] = value;
    rgb[to++] = value;
    rgb[to++] = value;
  }
  return rgb;
}

/** Indices beyond the palette become black. */
function paletteToRgb({ data, palette }: PixelSamples): Uint8Array {
  const table = new Uint8Array(256 * 3);
  palette.forEach((color, i) => table.set(color, i * 3));
  const rgb = new Uint8Array(data.length * 3);
  for (let i = 0, to = 0; i < data.length; i++) {
    const from = data[i]! * 3;
    rgb[to++] = table[from]!;
    rgb[to++] = table[from + 1]!;
    rgb[to++] = table[from + 2]!;
  }
  return rgb;
}

function samplesToRgb(samples: PixelSamples): Uint8Array {
  const { kind, channels } = samples;
  if (kind === "palette") return paletteToRgb(samples);
  const bytes = toBytes(samples);
  if (kind === "color") return bytes;
  return kind === "color-alpha" ? rgbaToRgb(bytes) : greyToRgb(bytes, channels);
}

/**
 * Decodes a JPEG, PNG, TIFF, WebP or BMP, told apart by content, and turns it as its EXIF part says. Grey and palette of
 * 1 to 8 bits, colour; of 16 bits the upper 8 of those that the picture uses (`sixteenToBytes`); alpha dropped without
 * blending.
 * @param bytes The whole file
 * @param name Stands in error texts
 * @throws {FormatError} If the file is of another format (named where it is known), cut off, damaged, CMYK, of another
 * kind that is not read, or larger than `decodeLimits` allow
 */
export async function decodeRgb(bytes: Uint8Array, name: string): Promise<RgbImage> {
  const format = sniffImage(bytes, name);
  if (format === "jpeg") return await decodeJpeg(bytes, name);
  const samples = await decodeSamples(bytes, format, name);
  const { width, height } = samples;
  return { width, height, data: samplesToRgb(samples) };
}
