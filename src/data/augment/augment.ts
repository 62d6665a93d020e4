import { OFFICIAL_VIEWS, type UnlabeledViews } from "../../config/view_options.ts";
import { type PictureRegion, resizeBilinear, resizeNearest } from "../../formats/resize_image.ts";
import type { RgbImage } from "../../formats/rgb_image.ts";
import type { LabelMap } from "../dataset.ts";
import type { AugmentOptions, PictureSize } from "./augment_options.ts";
import { drawMixedRegion, drawRegion } from "./crop.ts";
import { flipRows } from "./flip.ts";
import { padLabels } from "./normalize.ts";
import type { SampleStreams } from "./sample_streams.ts";
import { drawSize } from "./scale.ts";
import { type AugmentedImage, makeViews } from "./views.ts";

/** An augmented picture with its labels. */
export interface AugmentedPair extends AugmentedImage {
  /** `[crop.height, crop.width]`, class or 255. */
  readonly label: Uint8Array<ArrayBuffer>;
}

function isFlipped(streams: SampleStreams, { flip }: AugmentOptions): boolean {
  return flip > 0 && streams("flip").uniform() < flip;
}

/** Labels of a crop, flipped and padded as its picture is. @param labels Flipped in place */
function finishLabels(
  labels: Uint8Array,
  region: PictureRegion,
  streams: SampleStreams,
  options: AugmentOptions,
): Uint8Array<ArrayBuffer> {
  if (isFlipped(streams, options)) flipRows(labels, region.width, 1);
  return padLabels(labels, region, options.crop);
}

/** Resize, crop, flip, change colours, normalize and pad, in the official order; only the crop's pixels are computed. */
function makeImage(
  image: RgbImage,
  size: PictureSize,
  region: PictureRegion,
  streams: SampleStreams,
  options: AugmentOptions,
  views: UnlabeledViews,
): AugmentedImage {
  const pixels = resizeBilinear(image, size.width, size.height, region).data;
  if (isFlipped(streams, options)) flipRows(pixels, region.width, 3);
  return makeViews(pixels, region, streams, options, views);
}

/**
 * Augments a labeled picture as the official training pipelines: resize, crop, flip, photometric distortion, normalize,
 * pad with 0 and 255.
 * @param labels Of the picture's size
 * @param streams The same streams give the same sample
 * @throws {RangeError} If image and labels differ in size
 */
export function augmentPair(
  image: RgbImage,
  labels: LabelMap,
  streams: SampleStreams,
  options: AugmentOptions,
): AugmentedPair {
  const { width, height } = image;
  if (labels.width !== width || labels.height !== height) {
    throw new RangeError(
      `Cannot augment: labels are ${labels.width} × ${labels.height}, expected ${width} × ${height} as the image`,
    );
  }
  const size = drawSize(streams("resize"), image, options.ratioRange, options.scale);
  const labelsIn = (region: PictureRegion) => {
    return resizeNearest(labels.data, width, height, size.width, size.height, region);
  };
  const drawn = drawMixedRegion(streams("crop"), size, options.crop, options.catMaxRatio, labelsIn);
  return {
    ...makeImage(image, size, drawn.region, streams, options, OFFICIAL_VIEWS),
    label: finishLabels(drawn.labels, drawn.region, streams, options),
  };
}

/**
 * Augments an unlabeled picture: as {@link augmentPair}, but the first crop is taken, since no labels tell what it
 * shows. (The official code reads the masks of unlabeled images and lets them choose the crop.)
 * @param views What is made of the crop
 * @param labels Pseudo labels of the picture, of its size, where it has some: they do not choose the crop
 */
export function augmentImage(
  image: RgbImage,
  streams: SampleStreams,
  options: AugmentOptions,
  views: UnlabeledViews = OFFICIAL_VIEWS,
  labels?: LabelMap,
): AugmentedImage & Partial<Pick<AugmentedPair, "label">> {
  const size = drawSize(streams("resize"), image, options.ratioRange, options.scale);
  const region = drawRegion(streams("crop"), size, options.crop);
  const made = makeImage(image, size, region, streams, options, views);
  if (labels === undefined) return made;
  const { width, height } = image;
  const cropped = resizeNearest(labels.data, width, height, size.width, size.height, region);
  return { ...made, label: finishLabels(cropped, region, streams, options) };
}
