import { FormatError } from "../core/errors.ts";
import { checkDecodedSize } from "./decode_limits.ts";
import { turnPixels } from "./exif_orientation.ts";
import type { PixelSamples } from "./pixel_samples.ts";
import { rgbaToRgb } from "./rgb_image.ts";
import { wasmFile } from "./wasm_file.ts";
import { readWebpHeader } from "./webp_header.ts";

/** The part of libwebp's WebAssembly module that is used. */
interface WebpModule {
  decode(
    file: Uint8Array,
  ): { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray } | null;
}

let decoder: Promise<WebpModule> | undefined;

/** Reads the module's wasm file from the npm package; needs read permission for it, no network. */
async function loadDecoder(): Promise<WebpModule> {
  const { default: start } = await import("@jsquash/webp/codec/dec/webp_dec.js");
  const wasmBinary = await wasmFile("@jsquash/webp/codec/dec/webp_dec.wasm");
  return await (start as unknown as (options: object) => Promise<WebpModule>)({
    noInitialRun: true,
    wasmBinary,
  });
}

/** After a larger picture the decoder is loaded anew: its memory never shrinks. */
const LARGE_PIXELS = 2 ** 25;

/**
 * Decodes a WebP to upright RGB; alpha is dropped without blending.
 * @param name Stands in error texts
 * @throws {FormatError} If the file is cut off, damaged, an animation, or larger than `decodeLimits` allow
 */
export async function decodeWebp(bytes: Uint8Array, name: string): Promise<PixelSamples> {
  const header = readWebpHeader(bytes, name);
  checkDecodedSize({ ...header, channels: 4, bitDepth: 8 }, name);
  const fail = (state: string, cause?: unknown): never => {
    throw new FormatError(`Cannot decode "${name}": ${state}, expected a whole WebP file`, { cause });
  };
  if (bytes.length < header.fileBytes) fail(`it is cut off (${bytes.length} bytes of ${header.fileBytes})`);
  const { decode } = await (decoder ??= loadDecoder());
  let image: ReturnType<WebpModule["decode"]> = null;
  try {
    image = decode(bytes);
  } catch (cause) {
    decoder = undefined; // the module may have stopped for good
    fail("the decoder gave up", cause);
  }
  if (image === null) return fail("its pixels are damaged");
  if (image.width * image.height > LARGE_PIXELS) decoder = undefined;
  const { width, height } = image;
  const upright = turnPixels({ width, height, data: rgbaToRgb(image.data) }, 3, header.orientation);
  return { ...upright, channels: 3, depth: 8, kind: "color", palette: [] };
}
