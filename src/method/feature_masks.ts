/**
 * Ways to perturb features by factors (cross-consistency training, Ouali, Hudelot & Tami 2020, section 3.3; their code at
 * 65d4e5b). A prediction's class 0 is background, all others are objects, as in their code.
 */
import * as tf from "@tensorflow/tfjs-core";
import { oneHot } from "../nn/one_hot.ts";
import type { AnyTensor } from "../nn/tensors.ts";

/**
 * 0 at the most active positions, 1 elsewhere.
 * @param features `[N, h, w, C]`
 * @param share Scalar: positions whose mean over channels is at least this share of the image's greatest are left out
 * @returns `[N, h, w, 1]`; the caller disposes it
 */
export function activeDropped(features: AnyTensor, share: AnyTensor): AnyTensor {
  return tf.tidy(() => {
    const activity = tf.mean(features, 3, true);
    return tf.cast(tf.less(activity, tf.mul(tf.max(activity, [1, 2], true), share)), "float32");
  });
}

/**
 * 1 where a prediction is an object, 0 where it is background.
 * @param logits `[N, h, w, K]`
 * @returns `[N, h, w, 1]`; the caller disposes it
 */
export function objectMask(logits: AnyTensor): AnyTensor {
  return tf.tidy(() => tf.cast(tf.expandDims(tf.greater(tf.argMax(logits, -1), 0), 3), "float32"));
}

/**
 * Along one axis: 1 where a class is cut.
 * @param present `[N, length, K]` of 0 and 1
 * @param place `[N, 1, K]` in [0, 1): where in the class's extent the cut begins, from first to last
 */
function cutAlong(present: AnyTensor, place: AnyTensor, erase: number): AnyTensor {
  const length = present.shape[1]!;
  const index = tf.reshape(tf.range(0, length, 1, "float32"), [1, length, 1]);
  // of a class that is nowhere the end stands before the beginning: nothing is cut
  const first = tf.min(tf.add(tf.mul(index, present), tf.mul(tf.sub(1, present), length)), 1, true);
  const end = tf.max(tf.mul(tf.add(index, 1), present), 1, true);
  const extent = tf.sub(end, first);
  const from = tf.add(first, tf.mul(place, tf.mul(extent, 1 - erase)));
  const centre = tf.add(index, 0.5);
  const isCut = tf.logicalAnd(
    tf.greaterEqual(centre, from),
    tf.less(centre, tf.add(from, tf.mul(extent, erase))),
  );
  return tf.cast(isCut, "float32");
}

/**
 * Guided cut-out: 0 in a box inside of the bounding box of each predicted object class, 1 elsewhere. (Their code takes the
 * bounding box of each connected component of all objects together; that would have to be read back in the middle of a
 * step.)
 * @param logits `[N, h, w, K]`
 * @param places `[N, 2, K − 1]` in [0, 1): where the box of each class stands, down and across
 * @param erase Height and width of the box, as a share of those of the bounding box
 * @returns `[N, h, w, 1]`; the caller disposes it
 */
export function objectsCut(logits: AnyTensor, places: AnyTensor, erase: number): AnyTensor {
  const classes = logits.shape[3]!;
  return tf.tidy(() => {
    const all = oneHot(tf.argMax(logits, -1), classes);
    const objects = tf.slice(all, [0, 0, 0, 1], [-1, -1, -1, classes - 1]);
    const [down, across] = tf.split(places, 2, 1);
    const rows = cutAlong(tf.max(objects, 2), down!, erase);
    const columns = cutAlong(tf.max(objects, 1), across!, erase);
    return tf.expandDims(tf.sub(1, tf.minimum(tf.matMul(rows, columns, false, true), 1)), 3);
  });
}
