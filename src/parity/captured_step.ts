import * as tf from "@tensorflow/tfjs-core";
import { guidedMixStep, type StepResult } from "../method/guided_mix_step.ts";
import type { StepDraws } from "../method/step_draws.ts";
import type { Observation } from "../nn/tape.ts";
import type { Produced } from "./comparison.ts";
import { outside } from "./layouts.ts";
import type { TrainingSetup } from "./training_setup.ts";

/** What passed through a step: tensors by name, and the gradients that reached them. */
export interface Captured {
  readonly values: ReadonlyMap<string, Produced>;
  readonly gradients: ReadonlyMap<string, Produced>;
}

/** Copies what a tape observed, in the layout of files. */
export function capture(observations: ReadonlyMap<string, Observation>): Captured {
  const values = new Map<string, Produced>();
  const gradients = new Map<string, Produced>();
  for (const [name, { value, gradient }] of observations) {
    values.set(name, outside(value.tensor, "forward"));
    if (gradient !== undefined) gradients.set(name, outside(gradient, "gradient"));
  }
  return { values, gradients };
}

/** Runs a step of a case and keeps what it observes. The caller disposes the result's gradients. */
export function captureStep(
  setup: TrainingSetup,
  step: number,
  draws: StepDraws,
): { result: StepResult; captured: Captured } {
  let captured: Captured | undefined;
  const result = guidedMixStep(setup.network, setup.batch, setup.recipe, {
    seed: 0,
    iteration: step - 1,
    iterations: setup.rampUpLength,
    draws,
    observe: (observations) => (captured = capture(observations)),
  });
  return { result, captured: captured! };
}

/** Share of labeled pixels whose class is right, in percent: the official `acc_seg`. */
export function pixelAccuracy({ batch }: TrainingSetup, { values }: Captured): number {
  const logits = values.get("M_l_resized")!;
  return tf.tidy(() => {
    const predicted = tf.argMax(tf.tensor(logits.data as Float32Array, logits.shape as number[]), 1);
    const counted = tf.notEqual(batch.labels, tf.scalar(255, "int32"));
    const right = tf.logicalAnd(counted, tf.equal(tf.cast(predicted, "int32"), batch.labels));
    const [hits] = tf.sum(tf.cast(right, "float32")).dataSync();
    const [count] = tf.sum(tf.cast(counted, "float32")).dataSync();
    return 100 * hits! / count!;
  });
}
