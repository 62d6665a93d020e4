import { env } from "node:process";
import { ConfigError, FormatError } from "../core/errors.ts";

/** What a picture may become in memory. */
export interface DecodeLimits {
  /** Width times height. */
  readonly pixels: number;
  /** Pixels times channels times the bytes of one value. */
  readonly bytes: number;
}

/** What a header says of a picture, before anything of it is decoded. */
export interface DecodedSize {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Values of one pixel as they are stored, 1 to 4; of a palette 1. */
  readonly channels: number;
  /** Bits of one value; above 8 it takes two bytes, above 16 four. */
  readonly bitDepth: number;
}

/** Sets the limit on pixels, in millions. */
export const MEGAPIXELS_VARIABLE = "GUIDEDMIX_MAX_MEGAPIXELS";

/** Sets the limit on decoded bytes, in millions. */
export const MEGABYTES_VARIABLE = "GUIDEDMIX_MAX_MEGABYTES";

/** The largest photos that phones make have 200 megapixels. */
export const DEFAULT_MEGAPIXELS = 250;

/** 250 megapixels of RGBA with 8 bits a value, 125 with 16. */
export const DEFAULT_MEGABYTES = 1000;

/** A limit beyond this would be one of JavaScript's typed arrays, not ours. */
const MOST = 1_000_000;

function variable(name: string): string | undefined {
  if (typeof Deno === "undefined") return env[name]; // Node
  // as a module this code may run where no variable may be read: then the defaults hold
  if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") return undefined;
  return Deno.env.get(name);
}

function millions(name: string, fallback: number): number {
  const text = variable(name)?.trim() ?? "";
  if (text === "") return fallback * 1e6;
  const value = Number(text);
  if (value > 0 && value <= MOST) return value * 1e6;
  throw new ConfigError(
    `Cannot use ${name}: it is ${JSON.stringify(text)}, expected millions, above 0 and up to ${MOST}`,
  );
}

/**
 * The limits that hold: those of the variables `GUIDEDMIX_MAX_MEGAPIXELS` and `GUIDEDMIX_MAX_MEGABYTES`, else 250
 * megapixels and 1000 MB.
 * @throws {ConfigError} If a variable holds no number from 0 to a million
 */
export function decodeLimits(): DecodeLimits {
  return {
    pixels: millions(MEGAPIXELS_VARIABLE, DEFAULT_MEGAPIXELS),
    bytes: millions(MEGABYTES_VARIABLE, DEFAULT_MEGABYTES),
  };
}

/** Bytes of a picture's values, one after the other. */
export function decodedBytes({ width, height, channels, bitDepth }: DecodedSize): number {
  return width * height * channels * (bitDepth > 16 ? 4 : bitDepth > 8 ? 2 : 1);
}

function inMillions(value: number): string {
  return (value / 1e6).toLocaleString("en-US", { maximumFractionDigits: value < 1e7 ? 3 : 0 });
}

/**
 * Refuses a picture whose header claims more than the limits allow. Every decoder asks before it asks for memory, and
 * so does the check of a dataset before training.
 * @param name Stands in the error's text
 * @throws {FormatError} If it has more pixels, or decoded bytes, than allowed
 * @throws {ConfigError} As {@link decodeLimits}
 */
export function checkDecodedSize(size: DecodedSize, name: string): void {
  const { pixels, bytes } = decodeLimits();
  const { width, height } = size;
  const wanted = decodedBytes(size);
  const tooLarge = width * height > pixels
    ? `${inMillions(width * height)} megapixels, expected at most ${
      inMillions(pixels)
    }; ${MEGAPIXELS_VARIABLE}`
    : wanted > bytes
    ? `${inMillions(wanted)} MB when decoded, expected at most ${inMillions(bytes)}; ${MEGABYTES_VARIABLE}`
    : undefined;
  if (tooLarge === undefined) return;
  throw new FormatError(
    `Cannot decode "${name}": its header says ${width} × ${height}, ${tooLarge} sets another limit`,
  );
}
