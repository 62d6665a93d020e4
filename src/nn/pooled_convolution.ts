/**
 * Convolution over maps whose first channels are the same at all positions, as the image pool's branch of ASPP is.
 *
 * With zero padding, such channels v contribute Σ over the taps that meet the map of v · W_tap: one small matrix product,
 * and a 0/1 matrix that says which taps meet the map at which position. So only the other channels are convolved.
 */
import * as tf from "@tensorflow/tfjs-core";
import { startConvolution } from "./convolution.ts";
import { checkConvolution, type ConvolutionGeometry } from "./convolution_geometry.ts";
import { keepsSize } from "./convolution_taps.ts";
import type { Tape, Value } from "./tape.ts";
import type { AnyTensor } from "./tensors.ts";

/** Maps, and channels before them that are the same at all positions. */
export interface PooledMaps {
  /** `[N, 1, 1, P]` */
  readonly pooled: Value;
  /** `[N, H, W, C]` */
  readonly maps: Value;
}

/** Whether the taps along one axis meet the map at each position: rows of `[size, kernel]`. */
function meets(size: number, kernel: number, dilation: number): boolean[][] {
  return Array.from({ length: size }, (_, at) =>
    Array.from({ length: kernel }, (_, i) => {
      const seen = at + (i - (kernel - 1) / 2) * dilation;
      return seen >= 0 && seen < size;
    }));
}

/** Which taps of a kernel meet the map at which position: 0 and 1, `[1, H · W, taps]`. */
function tapsMet(maps: readonly number[], weights: readonly number[], dilation: number): tf.Tensor3D {
  const [, height, width] = maps as [number, number, number];
  const [kh, kw] = weights as [number, number];
  const columns = meets(width, kw, dilation);
  const met = meets(height, kh, dilation).flatMap((row) =>
    columns.flatMap((column) => row.flatMap((inRow) => column.map((inColumn) => inRow && inColumn ? 1 : 0)))
  );
  return tf.tensor3d(met, [1, height * width, kh * kw]);
}

/** Input channels `start` to `start + count` of a kernel. */
function channelsOf(weights: AnyTensor, start: number, count: number): AnyTensor {
  const [kh, kw, , outputs] = weights.shape as [number, number, number, number];
  return tf.slice(weights, [0, 0, start, 0], [kh, kw, count, outputs]);
}

/** The kernel of the pooled channels as a matrix a tap, `[taps, P, O]`. */
function pooledMatrices(weights: AnyTensor, channels: number): tf.Tensor3D {
  const [kh, kw, , outputs] = weights.shape as [number, number, number, number];
  return tf.reshape(channelsOf(weights, 0, channels), [kh * kw, channels, outputs]);
}

/** What the pooled channels contribute, `[N, H, W, O]`. */
function contribution(pooled: AnyTensor, weights: AnyTensor, met: tf.Tensor3D, shape: number[]): AnyTensor {
  const [n, , , channels] = pooled.shape as [number, number, number, number];
  const rows = tf.reshape(pooled, [1, n, channels]);
  const products = tf.matMul(rows, pooledMatrices(weights, channels)); // [taps, N, O]
  return tf.reshape(tf.matMul(met, tf.transpose(products, [1, 0, 2])), shape);
}

/** Gradients with respect to the pooled channels and to their matrices, `[taps, P, O]`. */
function pooledGradients(dy: AnyTensor, pooled: AnyTensor, weights: AnyTensor, met: tf.Tensor3D) {
  const [n, h, w, outputs] = dy.shape as [number, number, number, number];
  const channels = pooled.shape[3]!;
  const given = tf.matMul(met, tf.reshape(dy, [n, h * w, outputs]), true, false); // [N, taps, O]
  const products = tf.transpose(given, [1, 0, 2]);
  const back = tf.matMul(products, pooledMatrices(weights, channels), false, true); // [taps, N, P]
  const rows = tf.reshape(pooled, [1, n, channels]);
  return {
    dPooled: tf.reshape(tf.sum(back, 0), pooled.shape),
    dMatrices: tf.matMul(rows, products, true, false),
  };
}

/** Gradient of the whole kernel from those of its two parts. */
function joinKernel(dMatrices: AnyTensor, dw: AnyTensor, shape: number[]): AnyTensor {
  const [kh, kw, , outputs] = shape as [number, number, number, number];
  const taps = tf.reshape(dw, [kh * kw, dw.shape[2]!, outputs]);
  return tf.reshape(tf.concat([dMatrices, taps], 1), shape);
}

function check({ pooled, maps }: PooledMaps, weights: Value, geometry: ConvolutionGeometry): void {
  const [n, h, w, channels] = maps.shape as [number, number, number, number];
  const fits = pooled.shape.length === 4 && pooled.shape.slice(0, 3).join() === [n, 1, 1].join();
  if (!fits || !keepsSize(weights.shape, geometry)) {
    throw new RangeError(
      `Cannot convolve beside pooled channels: they are [${pooled.shape}], maps [${maps.shape}], weights ` +
        `[${weights.shape}], expected [${n}, 1, 1, P] and stride 1 with padding that keeps the size`,
    );
  }
  checkConvolution([n, h, w, pooled.shape[3]! + channels], weights.shape, geometry);
}

/** One convolution; `kernel` are the weights of the maps' channels, needed until this returns. */
function convolveOne(
  tape: Tape,
  { pooled, maps }: PooledMaps,
  weights: Value,
  kernel: AnyTensor,
  geometry: ConvolutionGeometry,
): Value {
  const channels = pooled.shape[3]!;
  const met = tapsMet(maps.shape, weights.shape, geometry.dilation);
  const running = startConvolution(maps.shape, kernel, geometry, tape.precision);
  const output = tf.tidy(() => {
    const convolved = running.forward(maps.tensor);
    return tf.add(convolved, contribution(pooled.tensor, weights.tensor, met, convolved.shape));
  });
  running.dispose();
  return tape.apply({
    inputs: [maps, pooled, weights],
    output,
    saves: [maps, pooled, weights],
    extras: [met],
    backward: (dy) => {
      // cut out of the weights once more: kept, the copy would lie there through the whole pass
      const own = channelsOf(weights.tensor, channels, maps.shape[3]!);
      const again = startConvolution(maps.shape, own, geometry, tape.precision);
      const { dx, dw } = again.backward(dy, maps.tensor, { dx: maps.requiresGrad, dw: weights.requiresGrad });
      again.dispose();
      own.dispose();
      const [dPooled, dWeights] = tf.tidy(() => {
        const { dPooled, dMatrices } = pooledGradients(dy, pooled.tensor, weights.tensor, met);
        return [dPooled, ...(dw === undefined ? [] : [joinKernel(dMatrices, dw, weights.shape)])];
      });
      dw?.dispose();
      return [dx, dPooled, dWeights];
    },
  });
}

/**
 * The convolution of [pooled at every position, maps], for several batches by the same weights: as `convolution` of the
 * concatenation gives it, but for the rounding.
 * @param inputs Pooled channels first in `weights`
 * @param weights `[k, k, P + C, O]`, k odd
 * @param geometry Stride 1, padding that keeps the size
 * @returns `[N, H, W, O]` for each input
 * @throws {RangeError} If the shapes do not fit each other or the geometry
 */
export function pooledConvolution(
  tape: Tape,
  inputs: readonly PooledMaps[],
  weights: Value,
  geometry: ConvolutionGeometry,
): Value[] {
  inputs.forEach((one) => check(one, weights, geometry));
  const channels = inputs[0]?.maps.shape[3];
  if (channels === undefined) return [];
  const kernel = channelsOf(weights.tensor, weights.shape[2]! - channels, channels);
  const outputs = inputs.map((one) => convolveOne(tape, one, weights, kernel, geometry));
  kernel.dispose();
  return outputs;
}
