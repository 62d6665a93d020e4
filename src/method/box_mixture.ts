/**
 * Mixtures by place: a box of an image comes from another one (CutMix, Yun et al. 2019, section 3; for semi-supervised
 * segmentation French et al. 2020, section 3.4). Decoupling needs no subtraction: outside of the box the prediction of the
 * mixture is that of the image itself.
 */
import * as tf from "@tensorflow/tfjs-core";
import { IGNORE_LABEL } from "../core/ignore_label.ts";
import type { AnyTensor, LabelMap } from "../nn/tensors.ts";

/**
 * Pastes boxes.
 * @param mask int32 `[N, H, W]`, 1 inside of the boxes
 * @param inside float32 `[N, H, W, C]` or int32 `[N, H, W]`
 * @param outside As `inside`
 * @returns `inside` where the mask is 1, else `outside`; the caller disposes it
 */
export function pasteBoxes<T extends AnyTensor>(mask: LabelMap, inside: T, outside: T): T {
  return tf.tidy(() => {
    if (inside.rank === 3) return tf.where(tf.cast(mask, "bool"), inside, outside) as T;
    const share = tf.cast(tf.expandDims(mask, 3), "float32");
    return tf.add(tf.mul(inside, share), tf.mul(outside, tf.sub(1, share))) as T;
  });
}

/**
 * Labels on one side of the boxes alone.
 * @param side Which side keeps its labels
 * @returns int32 `[N, H, W]`, 255 on the other side; the caller disposes it
 */
export function labelsOn(side: "inside" | "outside", mask: LabelMap, labels: LabelMap): LabelMap {
  return tf.tidy(() => {
    const ignored = tf.fill(mask.shape, IGNORE_LABEL, "int32") as LabelMap;
    return side === "inside" ? pasteBoxes(mask, labels, ignored) : pasteBoxes(mask, ignored, labels);
  });
}
