import * as tf from "@tensorflow/tfjs-core";
import { numpyRandomState, type RandomStream } from "../core/random.ts";
import type { LabelMap } from "../nn/tensors.ts";
import { drawMixCoefficient } from "./mix_coefficient.ts";

/** A rectangle of an image, in shares of its height and width. */
export interface Box {
  /** From the top, in [0, 1 − height]. */
  readonly top: number;
  /** From the left, in [0, 1 − width]. */
  readonly left: number;
  /** In [0, 1]. */
  readonly height: number;
  /** In [0, 1]. */
  readonly width: number;
}

/** A box that shows nothing. */
const NO_BOX: Box = { top: 0, left: 0, height: 0, width: 0 };

/** Logarithm of the most that height and width may differ by, for boxes of labeled images. */
const LABELED_ASPECT = 0.6;

/** Least and greatest height of a donor's box in widths. */
const DONOR_ASPECT = [0.3, 1 / 0.3] as const;

/** How often a box is drawn until it fits; one of most of the image hardly ever does. */
const MOST_TRIES = 1000;

/** A box of a share of the area, its sides differing by a factor of up to e^limit, anywhere in the image. */
function drawBox(stream: RandomStream, share: number, limit: number): Box {
  const aspect = Math.exp(limit * (2 * stream.uniform() - 1));
  const height = Math.min(1, Math.max(share, Math.sqrt(share * aspect)));
  const width = share / height;
  return { top: stream.uniform() * (1 - height), left: stream.uniform() * (1 - width), height, width };
}

/**
 * Boxes for a step's mixtures. The area of each is a λ of its own, drawn as `drawMixCoefficient` does.
 * @param lambdaLimit In (0, 0.5]
 */
export function drawBoxes(stream: RandomStream, count: number, lambdaLimit: number): Box[] {
  const shares = numpyRandomState(stream.integer(0x100000000));
  return Array.from(
    { length: count },
    () => drawBox(stream, drawMixCoefficient(shares, lambdaLimit).value, LABELED_ASPECT),
  );
}

/** Keeps each box with a probability; the others show nothing. @param probability In [0, 1] */
export function keepBoxes(stream: RandomStream, boxes: readonly Box[], probability: number): Box[] {
  return boxes.map((box) => stream.uniform() < probability ? box : NO_BOX);
}

/** Draws some boxes. @param area Least and greatest share of the area, in (0, 1) */
export type BoxDraw = (stream: RandomStream, count: number, area: readonly [number, number]) => Box[];

/** A number of a range. */
function between(stream: RandomStream, [least, greatest]: readonly [number, number]): number {
  return least + (greatest - least) * stream.uniform();
}

/** Shape and place are drawn until the box lies inside, so that long boxes are rarer than square ones. */
function drawInside(stream: RandomStream, share: number): Box {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const aspect = between(stream, DONOR_ASPECT);
    const [height, width] = [Math.sqrt(share * aspect), Math.sqrt(share / aspect)];
    const [top, left] = [stream.uniform(), stream.uniform()];
    if (top + height <= 1 && left + width <= 1) return { top, left, height, width };
  }
  return drawBox(stream, share, 0);
}

/** Boxes of other unlabeled images as UniMatch draws them (`obtain_cutmix_box` at 0324f3d). */
export const drawDonorBoxes: BoxDraw = (stream, count, area) =>
  Array.from({ length: count }, () => drawInside(stream, between(stream, area)));

/**
 * Boxes as French et al. draw them (`BoxMaskGenerator` at af6183a): the logarithm of the height is uniform from that of the
 * area to 0, so that a box is anything from as wide to as high as the image.
 */
export const drawSpanningBoxes: BoxDraw = (stream, count, area) =>
  Array.from({ length: count }, () => {
    const share = between(stream, area);
    return drawBox(stream, share, -Math.log(share));
  });

/**
 * 1 inside of each box, 0 outside; edges rounded to whole pixels.
 * @returns int32 `[boxes, height, width]`; the caller disposes it
 */
export function boxMask(boxes: readonly Box[], height: number, width: number): LabelMap {
  const mask = new Int32Array(boxes.length * height * width);
  boxes.forEach((box, i) => {
    const [top, bottom] = [box.top, box.top + box.height].map((edge) => Math.round(edge * height));
    const [left, right] = [box.left, box.left + box.width].map((edge) => Math.round(edge * width));
    for (let y = top!; y < bottom!; y++) {
      const row = (i * height + y) * width;
      mask.fill(1, row + left!, row + right!);
    }
  });
  return tf.tensor3d(mask, [boxes.length, height, width], "int32");
}
