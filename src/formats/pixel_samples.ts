import type { PngKind } from "./png_chunks.ts";

/** A decoded picture before any conversion, whatever its format; upright. */
export interface PixelSamples {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Values of one pixel, 1 to 4. */
  readonly channels: number;
  /** Bits of one value: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** How values are meant. */
  readonly kind: PngKind;
  /** Colours, for kind `palette`; else empty. */
  readonly palette: readonly (readonly [number, number, number])[];
  /** `[height, width, channels]`, raw values 0 to 2^depth − 1; Uint16Array for 16 bits. */
  readonly data: Uint8Array | Uint16Array;
}
