import * as tf from "@tensorflow/tfjs-core";
import type { AnyTensor } from "../nn/tensors.ts";

/** Gradients by parameter name; whoever holds the map disposes its tensors. */
export type Gradients = Map<string, AnyTensor>;

/** Frees all gradients. */
export function disposeGradients(gradients: Gradients): void {
  for (const gradient of gradients.values()) gradient.dispose();
  gradients.clear();
}

function takeOver(gradients: Gradients, name: string, next: AnyTensor): void {
  gradients.get(name)?.dispose();
  gradients.set(name, next);
}

/**
 * Adds gradients onto a sum, for steps over several small batches.
 * @param sum Changed: holds the sum afterwards; a name missing on one side counts as zero there
 * @param added Consumed
 */
export function addGradients(sum: Gradients, added: Gradients): void {
  for (const [name, gradient] of added) {
    const before = sum.get(name);
    if (before === undefined) {
      sum.set(name, gradient);
      continue;
    }
    takeOver(sum, name, tf.add(before, gradient));
    gradient.dispose();
  }
  added.clear();
}

/** Multiplies all gradients, in place of the ones before; 1 / n makes the mean of n added ones. */
export function scaleGradients(gradients: Gradients, factor: number): void {
  if (factor === 1) return;
  for (const [name, gradient] of [...gradients]) takeOver(gradients, name, tf.mul(gradient, factor));
}

function normOf(gradients: Gradients): AnyTensor {
  const squares = [...gradients.values()].map((gradient) => tf.sum(tf.square(gradient)));
  return tf.sqrt(tf.sum(tf.stack(squares)));
}

/** Euclidean norm of all gradients together; 0 where there are none. */
export async function globalNorm(gradients: Gradients): Promise<number> {
  if (gradients.size === 0) return 0;
  const norm = tf.tidy(() => normOf(gradients));
  const [value] = await norm.data();
  norm.dispose();
  return value!;
}

/**
 * Shrinks gradients so that their global norm is at most `maximum` (torch's `clip_grad_norm_`). Nothing is read back.
 * @param maximum Above 0
 * @throws {RangeError} If `maximum` is not above 0
 */
export function clipGradients(gradients: Gradients, maximum: number): void {
  if (!(maximum > 0)) {
    throw new RangeError(`Cannot clip gradients: the largest norm is ${maximum}, expected a number above 0`);
  }
  if (gradients.size === 0) return;
  const factor = tf.tidy(() => tf.minimum(1, tf.div(maximum, tf.add(normOf(gradients), 1e-6))));
  for (const [name, gradient] of [...gradients]) takeOver(gradients, name, tf.mul(gradient, factor));
  factor.dispose();
}
