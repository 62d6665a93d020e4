import { sniffImage } from "./image_header.ts";
import { decodeJpeg } from "./jpeg_decoder.ts";
import { decodePngSamples, type PngSamples } from "./png_samples.ts";
import { rgbaToRgb, type RgbImage } from "./rgb_image.ts";

/** Values 0 to 2^depth − 1 as 0 to 255; of 16 bits the upper 8 stay, as in OpenCV and Pillow. */
function toBytes({ header: { depth }, data }: PngSamples): Uint8Array {
  if (depth === 8) return data as Uint8Array;
  // a loop: TypedArray.from with a function makes a list of all values first, at eight times the memory
  const bytes = new Uint8Array(data.length);
  const scale = 255 / (2 ** depth - 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = depth === 16 ? data[i]! >> 8 : data[i]! * scale;
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
function paletteToRgb({ data, palette }: PngSamples): Uint8Array {
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

function pngToRgb(samples: PngSamples): Uint8Array {
  const { kind, channels } = samples.header;
  if (kind === "palette") return paletteToRgb(samples);
  const bytes = toBytes(samples);
  if (kind === "color") return bytes;
  return kind === "color-alpha" ? rgbaToRgb(bytes) : greyToRgb(bytes, channels);
}

/**
 * Decodes a JPEG or PNG, told apart by content. JPEG: grey, colour, progressive, turned as its EXIF part says.
 * PNG: grey and palette of 1 to 8 bits, colour, 16 bits (cut to the upper 8), alpha dropped without blending,
 * interlaced.
 * @param bytes The whole file
 * @param name Stands in error texts
 * @throws {FormatError} If the file is of another format, cut off, damaged, CMYK, of another kind named above as not
 * read, or larger than `decodeLimits` allow
 */
export async function decodeRgb(bytes: Uint8Array, name: string): Promise<RgbImage> {
  if (sniffImage(bytes, name) === "jpeg") return await decodeJpeg(bytes, name);
  const samples = decodePngSamples(bytes, name);
  const { width, height } = samples.header;
  return { width, height, data: pngToRgb(samples) };
}
