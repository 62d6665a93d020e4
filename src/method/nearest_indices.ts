import * as tf from "@tensorflow/tfjs-core";
import type { PairOptions } from "../config/objectives/parts.ts";
import type { Tape, Value } from "../nn/tape.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import type { ChosenPairs } from "./pairing.ts";

/** Squared distances of pooled features, `[Q, K]`. */
function squaredDistances(queries: AnyTensor, keys: AnyTensor): AnyTensor {
  const apart = tf.sub(tf.expandDims(queries, 1), tf.expandDims(keys, 0));
  return tf.sum(tf.square(apart), 2);
}

/**
 * Pairs each image of one side with its nearest of the other by pooled encoder features (section 3.1), the first of
 * equally near ones; nothing is read back. What is not finite is nearest to anything: the losses are not finite then.
 * @param labeled Encoder features `[N, h, w, C]`
 * @param unlabeled `[M, h, w, C]`
 * @param direction The side whose images each get a partner
 * @returns With the distance of each pair; its tensors are the tape's
 */
export function nearestIndices(
  tape: Tape,
  labeled: Value,
  unlabeled: Value,
  direction: PairOptions["direction"],
): ChosenPairs {
  const [queries, keys] = direction === "unlabeled" ? [unlabeled, labeled] : [labeled, unlabeled];
  const [found, apart] = tf.tidy(() => {
    const [of, among] = [queries, keys].map(({ tensor }) => tf.mean(tensor, [1, 2]));
    const squares = squaredDistances(of!, among!);
    return [tf.argMin(squares, 1), tf.sqrt(tf.min(squares, 1))];
  }) as [AnyTensor, AnyTensor];
  for (const tensor of [found, apart]) tape.adopt(tensor);
  const own = Array.from({ length: queries.shape[0]! }, (_, i) => i);
  return direction === "unlabeled"
    ? { labeled: found, unlabeled: own, distances: apart }
    : { labeled: own, unlabeled: found, distances: apart };
}
