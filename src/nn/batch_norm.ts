import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../backends/native.ts";
import type {
  BatchNormKernels,
  BatchStatistics,
  NormalizedBatch,
  RunningStatistics,
} from "./batch_norm_kernels.ts";
import { nativeBatchNorm, normalizeBy } from "./batch_norm_native.ts";
import { portableBatchNorm } from "./batch_norm_portable.ts";
import { type Rectifier, rectifierGradient, rectify, relu, relu6, upperBound } from "./relu.ts";
import type { Tape, Value } from "./tape.ts";
import type { AnyTensor } from "./tensors.ts";

/** Added to the variance under the root; PyTorch's default. */
export const BATCH_NORM_EPSILON = 1e-5;

/** Scale and shift of a norm, each `[C]`. */
export interface Affine {
  readonly gamma: Value;
  readonly beta: Value;
}

/** Options of a norm. */
export interface BatchNormOptions {
  /** Ends in a rectifier; one tensor is kept instead of two. Default false. */
  readonly relu?: Rectifier;
  /** Added to the variance under the root; default {@linkcode BATCH_NORM_EPSILON}. */
  readonly epsilon?: number;
  /** Name for error texts. */
  readonly name?: string;
  /** Name of the rectifier for the tape's decisions. */
  readonly rectifier?: string;
  /** Other kernels than the current backend's, for example ones that sum over several processes. */
  readonly kernels?: BatchNormKernels;
  /** In training: running statistics to move by the batch's. */
  readonly running?: RunningStatistics;
}

/** The kernels of the current backend. */
export function batchNormKernels(): BatchNormKernels {
  const backend = nativeBackend();
  return backend === undefined ? portableBatchNorm : nativeBatchNorm(backend);
}

function checkChannels(x: Value, affine: Affine, name: string): void {
  const channels = x.shape.at(-1)!;
  const [gamma, beta] = [affine.gamma.shape, affine.beta.shape];
  if (x.shape.length === 4 && gamma[0] === channels && beta[0] === channels) return;
  throw new RangeError(
    `Cannot normalize ${name}: input [${x.shape.join(", ")}] with scale [${gamma}] and shift [${beta}], ` +
      "expected [N, H, W, C] with scale and shift [C]",
  );
}

/**
 * Batch norm in training: normalizes by the batch's own mean and variance.
 * @param x `[N, H, W, C]` with N·H·W ≥ 2
 * @returns `output` `[N, H, W, C]`; `statistics` of the batch, or with `options.running` the moved ones; the caller
 * disposes them
 * @throws {RangeError} If a channel has one value only, or scale and shift do not fit
 */
export function batchNormTraining(
  tape: Tape,
  x: Value,
  affine: Affine,
  options: BatchNormOptions = {},
): { output: Value; statistics: BatchStatistics } {
  const name = options.name ?? "a batch";
  checkChannels(x, affine, name);
  const kernels = options.kernels ?? batchNormKernels();
  if (x.tensor.size / x.shape[3]! * (kernels.processes ?? 1) < 2) {
    throw new RangeError(
      `Cannot normalize ${name}: input [${
        x.shape.join(", ")
      }] has one value a channel, expected at least 2 in ` +
        "training; use a batch of 2 or more, or a larger crop",
    );
  }
  const epsilon = options.epsilon ?? BATCH_NORM_EPSILON;
  const batch = normalize(kernels, x.tensor, affine, epsilon, options.running);
  if (kernels.forwardAgain !== undefined) tape.remember(batch.saved);
  const value = record(tape, x, affine, kernels, batch, options);
  return { output: value, statistics: { mean: batch.mean, variance: batch.variance } };
}

/**
 * Batch norm in training in the second run of a tape's segment, with the same output: statistics are neither moved nor
 * handed out, and not gathered again where the kernels keep them.
 * @param x `[N, H, W, C]`, as in the first run
 * @returns `[N, H, W, C]`
 */
export function batchNormRepeated(
  tape: Tape,
  x: Value,
  affine: Affine,
  options: Omit<BatchNormOptions, "running"> = {},
): Value {
  const kernels = options.kernels ?? batchNormKernels();
  const { epsilon = BATCH_NORM_EPSILON } = options;
  return record(tape, x, affine, kernels, normalizeAgain(tape, kernels, x.tensor, affine, epsilon), options);
}

type Normalized = Pick<NormalizedBatch, "output" | "saved">;

function normalizeAgain(
  tape: Tape,
  kernels: BatchNormKernels,
  x: AnyTensor,
  affine: Affine,
  epsilon: number,
): Normalized {
  const [scale, shift] = [affine.gamma.tensor, affine.beta.tensor];
  if (kernels.forwardAgain !== undefined) {
    const saved = tape.recall();
    return { output: kernels.forwardAgain(x, scale, shift, saved, epsilon), saved };
  }
  const { mean, variance, ...batch } = kernels.forward(x, scale, shift, epsilon);
  mean.dispose();
  variance.dispose();
  return batch;
}

/** Puts a normalized batch on the tape, through a rectifier where asked for. */
function record(
  tape: Tape,
  x: Value,
  affine: Affine,
  kernels: BatchNormKernels,
  { output, saved }: Normalized,
  { relu: kind = false, rectifier = "", epsilon = BATCH_NORM_EPSILON }: BatchNormOptions,
): Value {
  const gate = kind === false ? undefined : tape.decisions?.rectifier(rectifier, output, upperBound(kind));
  return tape.apply({
    inputs: [x, affine.gamma, affine.beta],
    output: kind === false ? output : replace(output, (tensor) => rectify(tensor, kind)),
    saves: kind === false ? [x, affine.gamma] : [x, affine.gamma, "output"],
    extras: gate === undefined ? saved : [...saved, gate],
    backward(dy, y) {
      const dz = kind === false ? dy : rectifierGradient(dy, y, kind, gate);
      const gradients = kernels.gradient(dz, x.tensor, affine.gamma.tensor, saved, epsilon);
      if (dz !== dy) dz.dispose();
      return gradients;
    },
  });
}

function normalize(
  kernels: BatchNormKernels,
  x: AnyTensor,
  { gamma, beta }: Affine,
  epsilon: number,
  running: RunningStatistics | undefined,
): NormalizedBatch {
  const [scale, shift] = [gamma.tensor, beta.tensor];
  if (running === undefined) return kernels.forward(x, scale, shift, epsilon);
  if (kernels.forwardMoving !== undefined) {
    return kernels.forwardMoving(x, scale, shift, epsilon, running);
  }
  const batch = kernels.forward(x, scale, shift, epsilon);
  const moved = moveStatistics(running, batch);
  batch.mean.dispose();
  batch.variance.dispose();
  return { ...batch, ...moved };
}

/** (1 − share) · running + share · batch; new tensors. */
export function moveStatistics(running: RunningStatistics, batch: BatchStatistics): BatchStatistics {
  const moved = (before: AnyTensor, now: AnyTensor) =>
    tf.tidy(() => tf.add(tf.mul(before, 1 - running.share), tf.mul(now, running.share)));
  return {
    mean: moved(running.mean, batch.mean),
    variance: moved(running.variance, batch.variance),
  };
}

function replace(tensor: AnyTensor, f: (tensor: AnyTensor) => AnyTensor): AnyTensor {
  const result = f(tensor);
  tensor.dispose();
  return result;
}

/**
 * Batch norm in evaluation: y = γ (x − mean) / √(variance + ε) + β with running statistics. A gradient flows into x,
 * not into scale and shift, which are taken as constants.
 * @param mean Running mean `[C]`
 * @param variance Running variance `[C]`
 */
export function batchNormEvaluation(
  tape: Tape,
  x: Value,
  affine: Affine,
  mean: AnyTensor,
  variance: AnyTensor,
  options: BatchNormOptions = {},
): Value {
  checkChannels(x, affine, options.name ?? "a batch");
  const [gamma, beta] = [affine.gamma.tensor, affine.beta.tensor];
  const epsilon = options.epsilon ?? BATCH_NORM_EPSILON;
  const backend = nativeBackend();
  const output = backend === undefined
    ? portableEvaluation(x.tensor, gamma, beta, { mean, variance }, epsilon)
    : normalizeBy(backend, x.tensor, gamma, beta, { mean, variance }, epsilon);
  // a copy of what the gradient reads: the running statistics may have moved by then
  const scale = x.requiresGrad ? scaleOf(gamma, variance, epsilon) : undefined;
  const value = tape.apply({
    inputs: [x],
    output,
    extras: scale === undefined ? [] : [scale],
    backward: (dy) => [tf.mul(dy, scale!)],
  });
  if (options.relu === "relu6") return relu6(tape, value, options.rectifier);
  return options.relu ? relu(tape, value, options.rectifier) : value;
}

/** γ / √(variance + ε). */
function scaleOf(gamma: AnyTensor, variance: AnyTensor, epsilon: number): AnyTensor {
  return tf.tidy(() => tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon))));
}

function portableEvaluation(
  x: AnyTensor,
  gamma: AnyTensor,
  beta: AnyTensor,
  { mean, variance }: BatchStatistics,
  epsilon: number,
): AnyTensor {
  return tf.tidy(() => {
    const scale = scaleOf(gamma, variance, epsilon);
    return tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale)));
  });
}
