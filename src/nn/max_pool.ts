import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../backends/native.ts";
import { runOp } from "../backends/tensorflow/run_op.ts";
import type { PoolChoices } from "./edge_decisions.ts";
import { type ConvolutionGeometry, isSamePadding, outputLength } from "./convolution_geometry.ts";
import { spread } from "./spread.ts";
import type { Tape, Value } from "./tape.ts";
import type { AnyTensor, FeatureMap } from "./tensors.ts";

/** Least float32: padding that no maximum picks. */
const LEAST = -3.4028234663852886e38;

function paddedByLeast(x: FeatureMap, padding: number): FeatureMap {
  const sides: [number, number] = [padding, padding];
  return tf.pad(x, [[0, 0], sides, sides, [0, 0]], LEAST);
}

/** Gradient by tfjs ops: every window gives its dy to the first tap, in row order, that holds the maximum. */
function portableGradient(
  x: AnyTensor,
  y: AnyTensor,
  dy: AnyTensor,
  kernel: number,
  geometry: ConvolutionGeometry,
): AnyTensor {
  const { stride, padding } = geometry;
  const input = paddedByLeast(x as FeatureMap, padding);
  const [n, height, width, c] = input.shape;
  const [, rows, columns] = y.shape as [number, number, number, number];
  const [reachRows, reachColumns] = [(rows - 1) * stride + 1, (columns - 1) * stride + 1];
  let open: AnyTensor = tf.onesLike(y);
  let sum: FeatureMap = tf.zeros(input.shape);
  for (let i = 0; i < kernel; i++) {
    for (let j = 0; j < kernel; j++) {
      const end = [n, i + reachRows, j + reachColumns, c];
      const tap = tf.stridedSlice(input, [0, i, j, 0], end, [1, stride, stride, 1]);
      const wins = tf.mul(tf.cast(tf.equal(tap, y), "float32"), open);
      open = tf.sub(open, wins);
      const grown = spread(tf.mul(wins, dy) as FeatureMap, stride, 0, 0);
      const below = height - i - reachRows;
      const right = width - j - reachColumns;
      sum = tf.add(sum, tf.pad(grown, [[0, 0], [i, below], [j, right], [0, 0]]));
    }
  }
  return tf.slice(sum, [0, padding, padding, 0], x.shape as [number, number, number, number]);
}

interface PoolPlan {
  readonly input: FeatureMap;
  readonly padding: "same" | "valid";
}

function plan(x: AnyTensor, kernel: number, geometry: ConvolutionGeometry): PoolPlan {
  const same = isSamePadding(x.shape[1]!, kernel, geometry) && isSamePadding(x.shape[2]!, kernel, geometry);
  if (same) return { input: x as FeatureMap, padding: "same" };
  return { input: paddedByLeast(x as FeatureMap, geometry.padding), padding: "valid" };
}

function nativeGradient(
  x: AnyTensor,
  y: AnyTensor,
  dy: AnyTensor,
  kernel: number,
  geometry: ConvolutionGeometry,
): AnyTensor {
  const { input, padding } = plan(x, kernel, geometry);
  const { stride } = geometry;
  const dx = runOp(nativeBackend()!, "MaxPoolGrad", [input, y, dy], {
    ints: { ksize: [1, kernel, kernel, 1], strides: [1, stride, stride, 1] },
    strings: { padding: padding.toUpperCase(), data_format: "NHWC" },
  });
  if (padding === "same") return dx;
  const inset = geometry.padding;
  return tf.slice(dx, [0, inset, inset, 0], x.shape as [number, number, number, number]);
}

/** As `gradient`, but the windows of the choices give their dy to the chosen inputs. */
function chosenGradient(
  gradient: (dy: AnyTensor) => AnyTensor,
  x: AnyTensor,
  dy: AnyTensor,
  { windows, inputs, holds }: PoolChoices,
): AnyTensor {
  const moved = tf.mul(tf.gather(tf.reshape(dy, [-1]), windows), holds);
  const into = (places: AnyTensor, like: AnyTensor) =>
    tf.reshape(tf.scatterND(tf.expandDims(places, 1), moved, [like.size]), like.shape);
  return tf.add(gradient(tf.sub(dy, into(windows, dy))), into(inputs, x));
}

function checkPool(shape: readonly number[], kernel: number, geometry: ConvolutionGeometry): void {
  const { stride, padding } = geometry;
  const whole = [kernel, stride, padding].every((n) => Number.isInteger(n)) && kernel >= 1 && stride >= 1;
  const fits = shape.slice(1, 3).every((size) => outputLength(size, kernel, geometry) >= 1);
  if (whole && shape.length === 4 && padding >= 0 && padding <= kernel / 2 && fits) return;
  throw new RangeError(
    `Cannot pool: input [${shape.join(", ")}], window ${kernel}, stride ${stride}, padding ${padding}, ` +
      "expected [N, H, W, C] not smaller than the window, whole numbers, and a padding of at most half the window",
  );
}

/**
 * Largest value in each window, as PyTorch's `MaxPool2d` (padding never wins; the first of equal values gets the
 * gradient).
 * @param x `[N, H, W, C]`
 * @param kernel Window length, at least 1
 * @param stride Step between windows
 * @param padding Rows and columns added on each side, at most half of the kernel
 * @returns `[N, H', W', C]` with H' = ⌊(H + 2·padding − kernel) / stride⌋ + 1
 * @param name For the tape's decisions
 * @throws {RangeError} If the input is smaller than the window, the padding too large, or a number not whole
 */
export function maxPool(
  tape: Tape,
  x: Value,
  kernel: number,
  stride: number,
  padding: number,
  name = "",
): Value {
  const geometry = { stride, dilation: 1, padding };
  checkPool(x.shape, kernel, geometry);
  const output = tf.tidy(() => {
    const { input, padding } = plan(x.tensor, kernel, geometry);
    return tf.maxPool(input, kernel, stride, padding);
  });
  const choices = tape.decisions?.maxPool(name, x.tensor, output);
  return tape.apply({
    inputs: [x],
    output,
    saves: [x, "output"],
    extras: choices && Object.values(choices),
    backward: (dy, y) => {
      const way = nativeBackend() === undefined ? portableGradient : nativeGradient;
      const gradient = (dy: AnyTensor) => way(x.tensor, y, dy, kernel, geometry);
      return [
        tf.tidy(() => choices === undefined ? gradient(dy) : chosenGradient(gradient, x.tensor, dy, choices)),
      ];
    },
  });
}
