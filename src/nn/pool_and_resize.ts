import * as tf from "@tensorflow/tfjs-core";
import { sumPositions } from "./position_sums.ts";
import type { Tape, Value } from "./tape.ts";
import type { AnyTensor, FeatureMap } from "./tensors.ts";

/**
 * Mean over all positions.
 * @param x `[N, H, W, C]`
 * @returns `[N, 1, 1, C]`
 */
export function globalAveragePool(tape: Tape, x: Value): Value {
  const shape = x.shape as [number, number, number, number];
  return tape.apply({
    inputs: [x],
    output: tf.tidy(() => {
      const sum = sumPositions(x.tensor);
      return tf.reshape(tf.div(sum, shape[1] * shape[2]), [shape[0], 1, 1, shape[3]]);
    }),
    backward: (dy) => [
      tf.tidy(() => tf.tile(tf.div(dy, shape[1] * shape[2]), [1, shape[1], shape[2], 1])),
    ],
  });
}

/** Which source positions the corners of a resized map meet. `true`: the corner pixels' centres; `false`: the edges. */
export type AlignCorners = boolean;

/**
 * Weights of a linear interpolation along one axis, as PyTorch's `F.interpolate(mode="bilinear")`.
 * @returns `[outputs, inputs]`, row-major; each row sums to 1
 */
export function interpolationMatrix(
  inputs: number,
  outputs: number,
  alignCorners: AlignCorners,
): Float32Array {
  const matrix = new Float32Array(outputs * inputs);
  const scale = alignCorners ? (outputs > 1 ? (inputs - 1) / (outputs - 1) : 0) : inputs / outputs;
  for (let i = 0; i < outputs; i++) {
    const source = alignCorners ? i * scale : Math.max(0, (i + 0.5) * scale - 0.5);
    const lower = Math.min(Math.floor(source), inputs - 1);
    const upper = Math.min(lower + 1, inputs - 1);
    const share = source - lower;
    matrix[i * inputs + lower]! += 1 - share;
    matrix[i * inputs + upper]! += share;
  }
  return matrix;
}

function matrixFor(inputs: number, outputs: number, alignCorners: AlignCorners): tf.Tensor3D {
  return tf.tensor3d(interpolationMatrix(inputs, outputs, alignCorners), [1, outputs, inputs]);
}

/** Rows first, then columns: two matrix products. `rows` `[1, H', H]`, `columns` `[1, W', W]`. */
function product(x: FeatureMap, rows: tf.Tensor3D, columns: tf.Tensor3D, transposed: boolean): AnyTensor {
  const [n, h, w, c] = x.shape;
  const height = rows.shape[transposed ? 2 : 1];
  const width = columns.shape[transposed ? 2 : 1];
  const tall = tf.matMul(rows, tf.reshape(x, [n, h, w * c]), transposed, false);
  const lines = tf.reshape(tall, [n * height, w, c]);
  return tf.reshape(tf.matMul(columns, lines, transposed, false), [n, height, width, c]);
}

/** Resizes a tensor that is not on a tape; see `resizeBilinear`. A new tensor. */
export function resizeTensor(
  x: AnyTensor,
  height: number,
  width: number,
  alignCorners: AlignCorners,
): AnyTensor {
  const [, h, w] = x.shape as [number, number, number];
  return tf.tidy(() => {
    const rows = matrixFor(h, height, alignCorners);
    return product(x as FeatureMap, rows, matrixFor(w, width, alignCorners), false);
  });
}

/**
 * Bilinear resize without antialiasing, as PyTorch's `F.interpolate`.
 * @param x `[N, H, W, C]`
 * @param alignCorners Corner rule; false is the official configuration's
 * @returns `[N, height, width, C]`
 * @throws {RangeError} If a size is not a whole number of at least 1
 */
export function resizeBilinear(
  tape: Tape,
  x: Value,
  height: number,
  width: number,
  alignCorners: AlignCorners,
): Value {
  if (!(Number.isInteger(height) && Number.isInteger(width) && height >= 1 && width >= 1)) {
    throw new RangeError(`Cannot resize to ${height}×${width}: expected whole numbers of at least 1`);
  }
  const [, h, w] = x.shape as [number, number, number, number];
  return tape.apply({
    inputs: [x],
    output: resizeTensor(x.tensor, height, width, alignCorners),
    backward: (dy) => [
      tf.tidy(() => {
        const rows = matrixFor(h, height, alignCorners);
        return product(dy as FeatureMap, rows, matrixFor(w, width, alignCorners), true);
      }),
    ],
  });
}
