/**
 * Mixtures by place: a box of each mixed image comes from the labeled image, all else from the unlabeled one (CutMix, Yun
 * et al. 2019, section 3; for semi-supervised segmentation French et al. 2020, section 3.4). Decoupling needs no
 * subtraction: outside of the box the prediction of the mixture is that of the unlabeled image.
 */
import * as tf from "@tensorflow/tfjs-core";
import { gatherRows } from "../nn/gather_rows.ts";
import { IGNORE_LABEL } from "../core/ignore_label.ts";
import { resizeTensor } from "../nn/pool_and_resize.ts";
import type { AnyTensor, FeatureMap, LabelMap } from "../nn/tensors.ts";
import { indexTensor } from "../nn/varying.ts";
import type { PairIndices } from "./pairing.ts";
import { pseudoLabels } from "./pseudo_labels.ts";

/** What is mixed by place. */
export interface MixedByPlace {
  /** `[N, H, W, 3]` */
  readonly labeled: FeatureMap;
  /** int32 `[N, H, W]` */
  readonly labels: LabelMap;
  /** `[M, H, W, 3]` */
  readonly unlabeled: FeatureMap;
  /** M_u, logits at feature size `[M, h, w, K]`; a constant. */
  readonly predicted: AnyTensor;
  /** int32 `[pairs, H, W]`: 1 where the labeled image is seen. */
  readonly mask: LabelMap;
  /** Which images. */
  readonly pairs: PairIndices;
}

/** Mixed images, with what is known of them; the caller disposes all. */
export interface BoxMixture {
  /** `[pairs, H, W, 3]` */
  readonly images: FeatureMap;
  /** Labels of the labeled image inside of the box, 255 outside; int32 `[pairs, H, W]`. */
  readonly labels: LabelMap;
  /** Pseudo labels of the unlabeled image outside of the box, 255 inside and where they are not sure enough. */
  readonly pseudoLabels: LabelMap;
}

/**
 * Mixes pairs by place.
 * @param options `threshold`: least probability of a pseudo label; `alignCorners`: corner rule of the resize of M_u
 */
export function mixByPlace(
  { labeled, labels, unlabeled, predicted, mask, pairs }: MixedByPlace,
  { threshold, alignCorners }: { readonly threshold: number; readonly alignCorners: boolean },
): BoxMixture {
  const [, height, width] = mask.shape;
  const [images, own, pseudo] = tf.tidy(() => {
    const first = indexTensor(pairs.labeled);
    const second = indexTensor(pairs.unlabeled);
    const inside = tf.cast(mask, "bool");
    const ignored = tf.fill(mask.shape, IGNORE_LABEL, "int32");
    const sure = pseudoLabels(resizeTensor(predicted, height, width, alignCorners), "logits", threshold);
    const share = tf.cast(tf.expandDims(mask, 3), "float32");
    const rest = tf.sub(1, share);
    return [
      tf.add(tf.mul(gatherRows(labeled, first), share), tf.mul(gatherRows(unlabeled, second), rest)),
      tf.where(inside, gatherRows(labels, first), ignored),
      tf.where(inside, ignored, gatherRows(sure, second)),
    ];
  });
  return { images: images as FeatureMap, labels: own as LabelMap, pseudoLabels: pseudo as LabelMap };
}
