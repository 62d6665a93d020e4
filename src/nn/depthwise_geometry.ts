/** Stride and dilation of a convolution with TensorFlow's SAME padding: the output has ⌈size / stride⌉ positions. */
export interface SameGeometry {
  /** Step between outputs, at least 1. */
  readonly stride: number;
  /** Step between the kernel's taps, at least 1. */
  readonly dilation: number;
}

/** Zeros before and after along one axis. */
export type Sides = readonly [before: number, after: number];

/**
 * TensorFlow's SAME padding along one axis: as many zeros as ⌈size / stride⌉ outputs need, the smaller half before. At
 * stride 2 and an even size it is not symmetric, which PyTorch's `padding` always is.
 */
export function samePadding(size: number, kernel: number, { stride, dilation }: SameGeometry): Sides {
  const outputs = Math.ceil(size / stride);
  const total = Math.max(0, (outputs - 1) * stride + dilation * (kernel - 1) + 1 - size);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** Shape of the output of a depthwise convolution, `[N, ⌈H / stride⌉, ⌈W / stride⌉, C]`. */
export function sameOutputShape(x: readonly number[], stride: number): [number, number, number, number] {
  const [n, h, w, c] = x as [number, number, number, number];
  return [n, Math.ceil(h / stride), Math.ceil(w / stride), c];
}

/** Checks shapes of a depthwise convolution. @throws {RangeError} With both shapes in the text */
export function checkDepthwise(
  x: readonly number[],
  weights: readonly number[],
  { stride, dilation }: SameGeometry,
): void {
  const shapes = `input [${x.join(", ")}], weights [${weights.join(", ")}]`;
  const [k, kw, channels, multiplier] = weights;
  if (x.length !== 4 || weights.length !== 4 || k !== kw || channels !== x[3] || multiplier !== 1) {
    throw new RangeError(
      `Cannot convolve channel by channel: ${shapes}, expected [N, H, W, C] and [k, k, C, 1] of the same C`,
    );
  }
  if (x.includes(0) || weights.includes(0)) {
    throw new RangeError(`Cannot convolve channel by channel: ${shapes}, expected no axis of length 0`);
  }
  const whole = [stride, dilation].every((n) => Number.isInteger(n) && n >= 1);
  if (whole && (stride === 1 || dilation === 1)) return;
  throw new RangeError(
    `Cannot convolve channel by channel: stride ${stride}, dilation ${dilation}, expected whole numbers from 1, ` +
      "one of them 1",
  );
}
