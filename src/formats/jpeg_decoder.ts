import type { EncodeOptions } from "@jsquash/jpeg/meta.js";
import { FormatError } from "../core/errors.ts";
import { makeUpright } from "./exif_orientation.ts";
import { type JpegHeader, readJpegHeader } from "./jpeg_header.ts";
import { checkJpegWork } from "./jpeg_work.ts";
import { checkRgbImage, rgbaToRgb, type RgbImage, rgbToRgba } from "./rgb_image.ts";
import { wasmFile } from "./wasm_file.ts";

/** The part of mozjpeg's WebAssembly module that is used. */
interface MozjpegDecoder {
  decode(file: Uint8Array, applyOrientation: boolean): RgbaImage | null;
}

interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** Complaints while the file in hand is decoded: mozjpeg warns of a cut-off file and goes on. */
let warnings: string[] = [];

/** After a larger picture the decoder is loaded anew, which takes some hundredths of a second. */
const LARGE_PIXELS = 2 ** 25;

let decoder: Promise<MozjpegDecoder> | undefined;

/** Reads the module's wasm file from the npm package; needs read permission for it, no network. */
async function loadDecoder(): Promise<MozjpegDecoder> {
  const { default: start } = await import("@jsquash/jpeg/codec/dec/mozjpeg_dec.js");
  const wasmBinary = await wasmFile("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm");
  const options = { noInitialRun: true, wasmBinary, printErr: (text: string) => void warnings.push(text) };
  return await (start as unknown as (options: object) => Promise<MozjpegDecoder>)(options);
}

function checkSupported({ components, precision, process }: JpegHeader, name: string): void {
  const state = components === 4
    ? "its colours are CMYK"
    : process > 2
    ? "it is coded losslessly or arithmetically"
    : precision !== 8
    ? `it has ${precision} bits a channel`
    : undefined;
  if (state === undefined) return;
  throw new FormatError(
    `Cannot decode "${name}": ${state}, expected a baseline or progressive JPEG in grey or RGB; convert it first`,
  );
}

async function decodeRgba(bytes: Uint8Array, name: string): Promise<RgbaImage> {
  const { decode } = await (decoder ??= loadDecoder());
  warnings = [];
  let image: RgbaImage | null = null;
  let cause: unknown;
  try {
    image = decode(bytes, false);
  } catch (error) {
    decoder = undefined; // the module may have stopped for good
    cause = error;
  }
  // its memory never shrinks
  if (image !== null && image.width * image.height > LARGE_PIXELS) decoder = undefined;
  const cut = warnings.some((text) => /premature end/i.test(text));
  if (image !== null && !cut) return image;
  const state = cut ? `it is cut off (${warnings.join("; ")})` : warnings.join("; ") || "the decoder gave up";
  throw new FormatError(`Cannot decode "${name}": ${state}, expected a whole JPEG file`, { cause });
}

/**
 * Decodes a JPEG, grey or colour, baseline or progressive, to upright RGB (EXIF orientation applied).
 * @param name Stands in error texts
 * @throws {FormatError} If the file is cut off or damaged, CMYK, lossless, arithmetic or of 12 bits, larger than
 * `decodeLimits` allow, or asks for more work than any writer's files
 */
export async function decodeJpeg(bytes: Uint8Array, name: string): Promise<RgbImage> {
  const header = readJpegHeader(bytes, name);
  checkSupported(header, name);
  checkJpegWork(bytes, header, name);
  const { width, height, data } = await decodeRgba(bytes, name);
  return makeUpright({ width, height, data: rgbaToRgb(data) }, header.orientation);
}

/**
 * Writes a JPEG (mozjpeg, progressive).
 * @param quality 1 to 100
 * @throws {RangeError} If the data does not fill the size
 */
export async function encodeRgbJpeg(image: RgbImage, quality = 85): Promise<Uint8Array> {
  checkRgbImage(image);
  const { default: encode } = await import("@jsquash/jpeg/encode.js");
  const { width, height } = image;
  const data = rgbToRgba(image.data);
  const options: Partial<EncodeOptions> = { quality };
  return new Uint8Array(await encode({ width, height, data, colorSpace: "srgb" } as ImageData, options));
}
