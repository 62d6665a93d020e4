import type { UnlabeledViews } from "../../config/view_options.ts";
import type { PictureRegion } from "../../formats/resize_image.ts";
import type { AugmentOptions } from "./augment_options.ts";
import { distortColors, drawDistortion } from "./distort.ts";
import { drawJitter, jitter } from "./jitter.ts";
import { normalizePadded, normalizeTable } from "./normalize.ts";
import { drawOperations, operate } from "./operations.ts";
import type { SampleStreams } from "./sample_streams.ts";
import { drawOffsets, makeWarp, sourcePlaces, warpPixels } from "./warp.ts";

/** The views of one crop. Padding is 0 in all of them. */
export interface AugmentedImage {
  /** `[crop.height, crop.width, 3]`, normalized RGB: the strong view. */
  readonly image: Float32Array<ArrayBuffer>;
  /** A second strong view, where it was asked for. */
  readonly second?: Float32Array<ArrayBuffer>;
  /** Without change of colours and warp, where it was asked for. */
  readonly plain?: Float32Array<ArrayBuffer>;
  /**
   * `[crop.height, crop.width]`, where strong views are warped: the place `row · crop.width + column` in the plain view that
   * each of their pixels comes from; −1 where it comes from outside of the photo's part, and for padding.
   */
  readonly warp?: Int32Array<ArrayBuffer>;
}

/** Changes colours in place, by draws of the first or the second view. */
function changeColors(
  pixels: Uint8Array,
  region: PictureRegion,
  { strong }: UnlabeledViews,
  { distort }: AugmentOptions,
  streams: SampleStreams,
  which: "" | "second ",
): void {
  if (strong === "jitter") jitter(pixels, region, drawJitter(streams(`${which}jitter`)));
  else if (strong === "operations") operate(pixels, region, drawOperations(streams(`${which}operations`)));
  else if (distort) distortColors(pixels, drawDistortion(streams(`${which}distort`)));
}

/** Pixels that come from outside are padding. */
function clearOutside(image: Float32Array, places: Int32Array): void {
  for (let i = 0; i < places.length; i++) if (places[i]! < 0) image.fill(0, 3 * i, 3 * i + 3);
}

/**
 * The views of a crop that is resized and flipped: colours are changed, then pixels are moved.
 * @param pixels `[region.height, region.width, 3]` bytes, kept
 */
export function makeViews(
  pixels: Uint8Array,
  region: PictureRegion,
  streams: SampleStreams,
  options: AugmentOptions,
  views: UnlabeledViews,
): AugmentedImage {
  const table = normalizeTable(options.mean, options.std);
  const normalized = (bytes: Uint8Array) => normalizePadded(bytes, region, table, options.crop);
  const warp = views.warp > 0 ? makeWarp(region, drawOffsets(streams("warp"), views.warp)) : undefined;
  const places = warp && sourcePlaces(warp, options.crop);
  const strongView = (which: "" | "second ") => {
    const bytes = pixels.slice();
    changeColors(bytes, region, views, options, streams, which);
    const image = normalized(warp ? warpPixels(bytes, warp) : bytes);
    if (places !== undefined) clearOutside(image, places);
    return image;
  };
  return {
    image: strongView(""),
    ...(views.count === 2 && { second: strongView("second ") }),
    ...(views.plain && { plain: normalized(pixels) }),
    ...(places && { warp: places }),
  };
}
