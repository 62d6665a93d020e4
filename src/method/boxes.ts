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

/** As UniMatch's boxes: from 0.3 to 1/0.3. */
const DONOR_ASPECT = Math.log(1 / 0.3);

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

/**
 * Boxes of other unlabeled images.
 * @param area Least and greatest share of the area, in (0, 1)
 */
export function drawDonorBoxes(
  stream: RandomStream,
  count: number,
  [least, greatest]: readonly [number, number],
): Box[] {
  return Array.from(
    { length: count },
    () => drawBox(stream, least + (greatest - least) * stream.uniform(), DONOR_ASPECT),
  );
}

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
