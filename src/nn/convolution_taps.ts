/**
 * Stride-1 convolutions that keep the size, as one matrix product a tap of the kernel, over the positions where the tap
 * meets the map. A dilated kernel on a small map reads padding with most of its taps; nothing is multiplied there.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { ConvolutionGeometry } from "./convolution_geometry.ts";
import type { NativeMath } from "./native_math.ts";
import type { AnyTensor, FeatureMap } from "./tensors.ts";

/** What a tap sees along one axis: where its input and its output begin, and how many rows or columns. */
interface Span {
  readonly input: number;
  readonly output: number;
  readonly length: number;
}

/** The rectangle that a tap sees. */
interface Tap {
  /** Its place in the kernel, row by row. */
  readonly index: number;
  readonly row: Span;
  readonly column: Span;
}

/** The taps along one axis of a stride-1 convolution that keeps the size. */
function spans(size: number, kernel: number, dilation: number): Span[] {
  return Array.from({ length: kernel }, (_, i) => {
    const offset = (i - (kernel - 1) / 2) * dilation;
    const length = Math.max(0, size - Math.abs(offset));
    return { input: Math.max(0, offset), output: Math.max(0, -offset), length };
  });
}

function liveTaps(map: readonly number[], kernel: readonly number[], dilation: number): Tap[] {
  const columns = spans(map[2]!, kernel[1]!, dilation);
  return spans(map[1]!, kernel[0]!, dilation)
    .flatMap((row, i) => columns.map((column, j) => ({ index: i * kernel[1]! + j, row, column })))
    .filter(({ row, column }) => row.length > 0 && column.length > 0);
}

/** Whether a convolution has a square odd kernel, stride 1, and padding that keeps the size. */
export function keepsSize(
  kernel: readonly number[],
  { stride, dilation, padding }: ConvolutionGeometry,
): boolean {
  const [height, width] = kernel as [number, number];
  return stride === 1 && height % 2 === 1 && height === width && padding === dilation * (height - 1) / 2;
}

/** Share of a kernel's products that do not meet the padding, in (0, 1]; 1 for a 1×1 kernel. */
export function shareOfProducts(
  map: readonly number[],
  kernel: readonly number[],
  { dilation }: ConvolutionGeometry,
): number {
  const [height, width] = [map[1]!, map[2]!];
  const seen = (size: number) =>
    spans(size, kernel[0]!, dilation).reduce((sum, { length }) => sum + length, 0);
  return seen(height) * seen(width) / (kernel[0]! * kernel[1]! * height * width);
}

/** Elements of a rectangle of the map as rows of a matrix. */
function rowsOf(math: NativeMath, x: AnyTensor, part: Tap, side: "input" | "output"): AnyTensor {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const [height, width] = [part.row.length, part.column.length];
  const flat = [n * height * width, c];
  if (height === h && width === w) return math.reshape(x, flat);
  const seen = math.slice(x, [0, part.row[side], part.column[side], 0], [n, height, width, c]);
  const rows = math.reshape(seen, flat);
  seen.dispose();
  return rows;
}

/** The kernel's matrix `[C, O]` at a tap. */
function matrixOf(math: NativeMath, weights: AnyTensor, { index }: Tap): AnyTensor {
  const [kh, kw, c, o] = weights.shape as [number, number, number, number];
  if (kh * kw === 1) return math.reshape(weights, [c, o]);
  const [row, column] = [Math.floor(index / kw), index % kw];
  const seen = math.slice(weights, [row, column, 0, 0], [1, 1, c, o]);
  const matrix = math.reshape(seen, [c, o]);
  seen.dispose();
  return matrix;
}

/** Adds up what the taps give, each in its rectangle; `[N, H, W, C]`. */
function gathered(
  pieces: readonly { readonly rows: AnyTensor; readonly part: Tap }[],
  side: "input" | "output",
  shape: readonly [number, number, number, number],
): AnyTensor {
  const [n, h, w, c] = shape;
  const maps = pieces.map(({ rows, part: { row, column } }) => {
    const map = tf.reshape(rows, [n, row.length, column.length, c]) as FeatureMap;
    if (row.length === h && column.length === w) return map;
    const below = h - row[side] - row.length;
    const right = w - column[side] - column.length;
    return tf.pad(map, [[0, 0], [row[side], below], [column[side], right], [0, 0]]);
  });
  return maps.length === 1 ? maps[0]! : tf.addN(maps);
}

/**
 * Output of the convolution.
 * @param math Element type of the products
 * @param x `[N, H, W, C]` of that type
 * @param weights `[k, k, C, O]` of that type
 * @returns float32 `[N, H, W, O]`
 */
export function forwardByTaps(
  math: NativeMath,
  x: AnyTensor,
  weights: AnyTensor,
  { dilation }: ConvolutionGeometry,
): AnyTensor {
  const [n, h, w] = x.shape as [number, number, number];
  return tf.tidy(() => {
    const pieces = liveTaps(x.shape, weights.shape, dilation).map((part) => {
      const product = math.product(rowsOf(math, x, part, "input"), matrixOf(math, weights, part));
      return { rows: math.toFloat(product), part };
    });
    return gathered(pieces, "output", [n, h, w, weights.shape[3]!]);
  });
}

/**
 * Gradient with respect to the input.
 * @param dy `[N, H, W, O]` of `math`'s type
 * @param weights `[k, k, C, O]` of that type
 * @returns float32 `[N, H, W, C]`
 */
export function gradInputByTaps(
  math: NativeMath,
  dy: AnyTensor,
  weights: AnyTensor,
  { dilation }: ConvolutionGeometry,
): AnyTensor {
  const [n, h, w] = dy.shape as [number, number, number];
  return tf.tidy(() => {
    const pieces = liveTaps(dy.shape, weights.shape, dilation).map((part) => {
      const given = rowsOf(math, dy, part, "output");
      const product = math.product(given, matrixOf(math, weights, part), false, true);
      return { rows: math.toFloat(product), part };
    });
    return gathered(pieces, "input", [n, h, w, weights.shape[2]!]);
  });
}

/**
 * Gradient with respect to the weights.
 * @param x `[N, H, W, C]` of `math`'s type
 * @param dy `[N, H, W, O]` of that type
 * @returns float32 `[k, k, C, O]`
 */
export function gradWeightsByTaps(
  math: NativeMath,
  x: AnyTensor,
  dy: AnyTensor,
  weightShape: readonly number[],
  { dilation }: ConvolutionGeometry,
): AnyTensor {
  const [kh, kw, c, o] = weightShape as [number, number, number, number];
  return tf.tidy(() => {
    const live = liveTaps(x.shape, weightShape, dilation);
    const products = live.map((part) =>
      math.product(rowsOf(math, x, part, "input"), rowsOf(math, dy, part, "output"), true, false)
    );
    const given = math.toFloat(products.length === 1 ? products[0]! : math.join(products));
    if (live.length === kh * kw) return tf.reshape(given, [kh, kw, c, o]);
    if (live.length === 1) return aroundMiddle(given, kh, c, o);
    return tf.reshape(tf.concat(withZeros(live, given, kh * kw, c, o)), [kh, kw, c, o]);
  });
}

/** A kernel that is zero but for its middle tap. */
function aroundMiddle(tap: AnyTensor, kernel: number, c: number, o: number): AnyTensor {
  const sides: [number, number] = [(kernel - 1) / 2, (kernel - 1) / 2];
  return tf.pad(tf.reshape(tap, [1, 1, c, o]) as tf.Tensor4D, [sides, sides, [0, 0], [0, 0]]);
}

/** Rows of live taps, and zeros for the others, in the kernel's order. */
function withZeros(live: readonly Tap[], given: AnyTensor, taps: number, c: number, o: number): tf.Tensor[] {
  const zeros = tf.zeros([c, o]);
  return Array.from({ length: taps }, (_, index) => {
    const at = live.findIndex((part) => part.index === index);
    return at < 0 ? zeros : tf.slice(given, [at * c, 0], [c, o]);
  });
}
