import * as tf from "@tensorflow/tfjs-core";
import type { RandomStream } from "../core/random.ts";
import { multiplyConstant } from "./arithmetic.ts";
import type { Tape, Value } from "./tape.ts";
import { type Varying, varyingTensor } from "./varying.ts";

/** Where rows of a batch stand in a larger one whose other rows another process holds. */
export interface BatchRows {
  /** Rows of the larger batch. */
  readonly of: number;
  /** The place of each own row. */
  readonly own: readonly number[];
}

/**
 * Drops whole channels in training, as PyTorch's `Dropout2d`: each channel of each image is zero with
 * `probability`, the others are divided by 1 − probability.
 * @param x `[N, H, W, C]`
 * @param probability In [0, 1)
 * @param stream Where the N·C draws come from
 * @param rows Draws for a larger batch and takes the factors of these rows
 * @throws {RangeError} If the probability is outside
 */
export function dropoutChannels(
  tape: Tape,
  x: Value,
  probability: number,
  stream: Varying<RandomStream>,
  rows?: BatchRows,
): Value {
  return dropoutOfParts(tape, [x], probability, stream, rows)[0]!;
}

/**
 * As `dropoutChannels` of the joined parts of a batch, without joining them.
 * @param parts Each `[n, H, W, C]`, of one C
 */
export function dropoutOfParts(
  tape: Tape,
  parts: readonly Value[],
  probability: number,
  stream: Varying<RandomStream>,
  rows?: BatchRows,
): Value[] {
  if (!(probability >= 0 && probability < 1)) {
    throw new RangeError(`Cannot drop channels: probability is ${probability}, expected a number in [0, 1)`);
  }
  if (probability === 0) return [...parts];
  const channels = parts[0]!.shape[3]!;
  const count = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
  const factors = varyingTensor(stream, (random) => {
    const drawn = drawFactors(random, (rows?.of ?? count) * channels, probability);
    const own = rows === undefined ? drawn : ofRows(drawn, rows.own, channels);
    return tf.tensor4d(own, [count, 1, 1, channels]);
  });
  const sizes = parts.map((part) => part.shape[0]!);
  const masks = parts.length === 1 ? [factors] : tf.split(factors, sizes, 0);
  if (parts.length > 1) factors.dispose();
  return parts.map((part, i) => multiplyConstant(tape, part, masks[i]!));
}

function drawFactors(stream: RandomStream, length: number, probability: number): Float32Array {
  const keep = 1 / (1 - probability);
  return Float32Array.from({ length }, () => (stream.uniform() < probability ? 0 : keep));
}

function ofRows(factors: Float32Array, rows: readonly number[], channels: number): Float32Array {
  const own = new Float32Array(rows.length * channels);
  rows.forEach((row, i) => own.set(factors.subarray(row * channels, (row + 1) * channels), i * channels));
  return own;
}
