/**
 * Thresholds of pseudo labels that follow the run. A step first moves what they follow by its own predictions, then asks these
 * whether they are above, as the code of both sources does. Several processes follow the predictions of all of them.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { MovingThresholds } from "../config/model_options.ts";
import type { ThresholdRule } from "../config/objectives/parts.ts";
import { THRESHOLD_STATE } from "../model/moving_thresholds.ts";
import { oneHot } from "../nn/one_hot.ts";
import type { ParameterStore } from "../nn/parameters.ts";
import { sumAll, sumBatch } from "../nn/position_sums.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import type { BatchShare } from "./batch_share.ts";
import type { Step } from "./objectives/step.ts";
import type { Threshold } from "./pseudo_labels.ts";

/** Share of the state that stays at a step, in CorrMatch's code (44f9f9e) and FreeMatch's paper. */
const DECAY = 0.999;

/** Moves a statistic towards what it is now. @returns It, which stays the store's */
function follow(parameters: ParameterStore, name: string, now: AnyTensor): AnyTensor {
  const before = parameters.tensor(name);
  const after = tf.keep(tf.tidy(() => tf.add(tf.mul(before, DECAY), tf.mul(now, 1 - DECAY))));
  parameters.replace(name, after);
  return after;
}

/** The greatest probability of each class where it is the most probable one, `[K]`; 0 where it is so nowhere. */
function bestOfClasses(probabilities: AnyTensor): AnyTensor {
  const classes = probabilities.shape.at(-1)!;
  const rows = tf.reshape(probabilities, [-1, classes]);
  return tf.max(tf.mul(rows, oneHot(tf.argMax(rows, 1), classes)), 0);
}

type Rule = (
  probabilities: AnyTensor,
  parameters: ParameterStore,
  share: BatchShare | undefined,
) => AnyTensor;

const RULES: { readonly [K in MovingThresholds["rule"]]: Rule } = {
  /** CorrMatch, `util/thresh_helper.py`; theirs leaves padding out. */
  adaptive(probabilities, parameters, share) {
    const own = bestOfClasses(probabilities);
    const best = share === undefined ? own : tf.max(share.gatherTensor(tf.expandDims(own, 0)), 0);
    const present = tf.sum(tf.cast(tf.greater(best, 0), "float32"));
    return follow(parameters, THRESHOLD_STATE.threshold, tf.div(tf.sum(best), present));
  },
  /** FreeMatch, self-adaptive thresholds: τ(c) = p̃(c) / max p̃ · τ. */
  "by-class"(probabilities, parameters, share) {
    const mean = (sum: AnyTensor) => {
      const own = tf.div(sum, probabilities.size / probabilities.shape.at(-1)!);
      return share?.mean(own) ?? own;
    };
    const sure = mean(sumAll(tf.max(probabilities, -1)));
    const confidence = follow(parameters, THRESHOLD_STATE.confidence, sure);
    const classes = follow(parameters, THRESHOLD_STATE.classes, mean(sumBatch(probabilities)));
    return tf.mul(tf.div(classes, tf.max(classes)), confidence);
  },
};

/**
 * How sure pseudo labels of a step must be. Where it follows the run, asking moves what it follows, in the student's network: a
 * step asks once.
 */
export function thresholdOf(
  { network: { parameters }, context: { share } }: Pick<Step, "network" | "context">,
  { threshold, thresholds }: { readonly threshold: number; readonly thresholds: ThresholdRule },
): Threshold {
  if (thresholds === "fixed" || thresholds === "held-out") return threshold;
  return (probabilities) => tf.tidy(() => RULES[thresholds](probabilities, parameters, share));
}
