import * as tf from "@tensorflow/tfjs-core";
import type { ConvolutionGeometry } from "./convolution_geometry.ts";
import type { AnyTensor, FeatureMap } from "./tensors.ts";

/**
 * The largest share of products that do not meet the padding at which matrix products of single taps are faster than
 * TensorFlow's kernel, which multiplies the padding's zeros too (measured on a CPU: at 0.65 by a third, at 0.2 fivefold;
 * slower at 0.71).
 */
const LARGEST_SHARE = 0.66;

/** One tap of a kernel: where its input and its output begin, and how many rows or columns of the map it sees. */
interface Span {
  readonly input: number;
  readonly output: number;
  readonly length: number;
}

/** The taps along one axis of a stride-1 convolution that keeps the size. */
function spans(size: number, kernel: number, dilation: number): Span[] {
  return Array.from({ length: kernel }, (_, i) => {
    const offset = (i - (kernel - 1) / 2) * dilation;
    const length = Math.max(0, size - Math.abs(offset));
    return { input: Math.max(0, offset), output: Math.max(0, -offset), length };
  });
}

/** Whether {@linkcode gradWeightsByTaps} knows this convolution and is the faster way. */
export function favoursTaps(
  inputShape: readonly number[],
  weightShape: readonly number[],
  { stride, dilation, padding }: ConvolutionGeometry,
): boolean {
  const [kh, kw] = weightShape as [number, number];
  if (stride !== 1 || kh % 2 === 0 || kh !== kw || padding !== dilation * (kh - 1) / 2) return false;
  const shares = [inputShape[1]!, inputShape[2]!].map((size) => {
    const seen = spans(size, kh, dilation).reduce((sum, { length }) => sum + length, 0);
    return seen / (kh * size);
  });
  return kh === 1 || shares[0]! * shares[1]! <= LARGEST_SHARE;
}

function rowsOf(x: AnyTensor, top: number, left: number, height: number, width: number): tf.Tensor2D {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const whole = height === h && width === w;
  const seen = whole ? x : tf.slice(x as FeatureMap, [0, top, left, 0], [n, height, width, c]);
  return tf.reshape(seen, [n * height * width, c]);
}

/**
 * Gradient with respect to the weights as one matrix product a tap, over the positions where the tap meets the map.
 * @param x `[N, H, W, C]`
 * @param dy `[N, H, W, O]`
 * @returns `[k, k, C, O]`
 */
export function gradWeightsByTaps(
  x: AnyTensor,
  dy: AnyTensor,
  weightShape: readonly number[],
  { dilation }: ConvolutionGeometry,
): AnyTensor {
  const [kh, kw, c, o] = weightShape as [number, number, number, number];
  return tf.tidy(() => {
    const taps = spans(x.shape[1]!, kh, dilation).flatMap((row) =>
      spans(x.shape[2]!, kw, dilation).map((column) => {
        if (row.length === 0 || column.length === 0) return tf.zeros([1, c, o]);
        const seen = rowsOf(x, row.input, column.input, row.length, column.length);
        const given = rowsOf(dy, row.output, column.output, row.length, column.length);
        return tf.reshape(tf.matMul(seen, given, true, false), [1, c, o]);
      })
    );
    return tf.reshape(taps.length === 1 ? taps[0]! : tf.concat(taps, 0), [kh, kw, c, o]);
  });
}
