import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../backends/native.ts";
import { IGNORE_LABEL } from "../core/ignore_label.ts";
import type { Tape, Value } from "../nn/tape.ts";
import { oneHot } from "../nn/one_hot.ts";
import { sumAll } from "../nn/position_sums.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import { scalarLoss } from "./scalar_losses.ts";

/** Options of the sigmoid focal loss (Lin et al. 2017; mmseg/models/losses/focal_loss.py). */
export interface FocalOptions {
  /** Exponent of the modulating factor. Official: 0.5. */
  readonly gamma: number;
  /** Share of the positive class, one number or one a class, in [0, 1]. Official: 0.5. */
  readonly alpha: number | readonly number[];
  /** Factor of the whole loss. Official: 10. */
  readonly weight: number;
  /** Factor of each class, `[K]`. */
  readonly classWeight?: readonly number[];
  /** `mean` over all elements, `sum`, or `none`: the loss of each element. */
  readonly reduction: "mean" | "sum" | "none";
  /** Holds logarithms above the least normal float, as the CUDA operator does. */
  readonly clampLog: boolean;
}

/** The official configuration's focal loss, as its CUDA operator computes it. */
export const OFFICIAL_FOCAL: FocalOptions = {
  gamma: 0.5,
  alpha: 0.5,
  weight: 10,
  reduction: "mean",
  clampLog: true,
};

/** Logarithm of the least normal float32. */
const LEAST_LOG = Math.log(1.1754943508222875e-38);

interface Elements {
  readonly loss: AnyTensor;
  readonly gradient: AnyTensor;
}

function alphaOf(alpha: FocalOptions["alpha"]): AnyTensor {
  return typeof alpha === "number" ? tf.scalar(alpha) : tf.tensor1d(alpha as number[]);
}

/** max(x, 0) − x·t + log(1 + exp(−|x|)) */
function binaryCrossEntropyOf(x: AnyTensor, target: AnyTensor): AnyTensor {
  return tf.add(tf.sub(tf.relu(x), tf.mul(x, target)), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
}

/** α t + (1 − α) (1 − t) */
function balance(target: AnyTensor, options: FocalOptions): AnyTensor {
  const alpha = alphaOf(options.alpha);
  return tf.add(tf.mul(alpha, target), tf.mul(tf.sub(1, alpha), tf.sub(1, target)));
}

/**
 * With q the probability of the wrong answer: loss = a · q^γ · (−log(1 − q)). The gradient is written out: the factor
 * q^(γ−1) · dq/dx is ∓(1 − q) · q^γ for a target of 0 or 1, which stays finite where q is 0.
 */
function hardElements(x: AnyTensor, target: AnyTensor, options: FocalOptions): Elements {
  const p = tf.sigmoid(x);
  const sign = tf.sub(1, tf.mul(2, target));
  const wrong = tf.sigmoid(tf.mul(sign, x));
  const exact = binaryCrossEntropyOf(x, target);
  const surprise = options.clampLog ? tf.minimum(exact, -LEAST_LOG) : exact;
  const modulation = tf.mul(balance(target, options), tf.pow(wrong, options.gamma));
  const slope = tf.mul(options.gamma, tf.mul(sign, tf.mul(tf.sub(1, wrong), surprise)));
  return {
    loss: tf.mul(modulation, surprise),
    gradient: tf.mul(modulation, tf.add(slope, tf.sub(p, target))),
  };
}

/** Soft targets t of any size: q = (1 − p) t + p (1 − t), which may be negative outside [0, 1]. */
function softElements(x: AnyTensor, target: AnyTensor, options: FocalOptions): Elements {
  const p = tf.sigmoid(x);
  const q = tf.add(tf.mul(tf.sub(1, p), target), tf.mul(p, tf.sub(1, target)));
  // on webgpu, and where a step is recorded, nothing can be read in between: the loss is NaN there, as the official one
  const unread = tf.getBackend() === "webgpu" || nativeBackend()?.binding.isRecording === true;
  const least = unread ? 0 : tf.min(q).dataSync()[0]!;
  if (!(least >= 0) && !Number.isInteger(options.gamma)) {
    throw new RangeError(
      `Cannot take the soft focal loss: the base of a power of ${options.gamma} is ${least}, expected at least 0; ` +
        "raw logits are no probabilities: use focal-hard, or mse",
    );
  }
  const entropy = binaryCrossEntropyOf(x, target);
  const factor = balance(target, options);
  const turn = tf.mul(tf.mul(p, tf.sub(1, p)), tf.sub(1, tf.mul(2, target)));
  const power = tf.pow(q, options.gamma);
  const slope = tf.mul(tf.mul(tf.mul(options.gamma, tf.pow(q, options.gamma - 1)), turn), entropy);
  const gradient = tf.mul(factor, tf.add(slope, tf.mul(power, tf.sub(p, target))));
  return { loss: tf.mul(factor, tf.mul(power, entropy)), gradient };
}

function reduce(
  tape: Tape,
  prediction: Value,
  elements: (x: AnyTensor) => Elements,
  mask: AnyTensor | undefined,
  options: FocalOptions,
): Value {
  const [loss, gradient] = tf.tidy(() => {
    const raw = elements(prediction.tensor);
    const classes = options.classWeight === undefined ? 1 : tf.tensor1d(options.classWeight as number[]);
    const count = options.reduction === "mean" ? prediction.tensor.size : 1;
    const factor = tf.mul(classes, options.weight / count);
    const weight = mask === undefined ? factor : tf.mul(factor, mask);
    const each = tf.mul(raw.loss, weight);
    return [options.reduction === "none" ? each : sumAll(each), tf.mul(raw.gradient, weight)];
  }) as [AnyTensor, AnyTensor];
  return scalarLoss(tape, prediction, loss, gradient);
}

/**
 * Focal loss against class indices: the official loss on CUDA, where a target of logits is replaced by its argmax.
 * @param prediction Logits `[…, K]`; gradient flows here
 * @param indices int32 `[…]`, classes in [0, K); 255 is left out of the sum, not of the mean's count
 * @returns A scalar, or `[…, K]` with reduction `none`
 */
export function focalHard(
  tape: Tape,
  prediction: Value,
  indices: AnyTensor,
  options: FocalOptions = OFFICIAL_FOCAL,
): Value {
  const classes = prediction.shape.at(-1)!;
  const [hot, mask] = tf.tidy(() => {
    const counted = tf.notEqual(indices, tf.scalar(IGNORE_LABEL, "int32"));
    const safe = tf.mul(indices, tf.cast(counted, "int32")) as tf.Tensor1D;
    return [
      oneHot(safe, classes),
      tf.cast(tf.expandDims(counted, -1), "float32"),
    ];
  }) as [AnyTensor, AnyTensor];
  const value = reduce(tape, prediction, (x) => hardElements(x, hot, options), mask, options);
  hot.dispose();
  mask.dispose();
  return value;
}

/**
 * Focal loss against soft targets: the official loss on a CPU, which hands raw logits over as targets.
 * @param prediction Logits `[…, K]`; gradient flows here
 * @param target `[…, K]`, a constant
 * @returns A scalar, or `[…, K]` with reduction `none`
 * @throws {RangeError} Where the base of the power is negative and the official code gives NaN
 */
export function focalSoft(
  tape: Tape,
  prediction: Value,
  target: AnyTensor,
  options: FocalOptions = { ...OFFICIAL_FOCAL, clampLog: false },
): Value {
  return reduce(tape, prediction, (x) => softElements(x, target, options), undefined, options);
}
