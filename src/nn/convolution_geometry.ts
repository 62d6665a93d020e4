/** Stride, dilation and symmetric zero padding of a square convolution, as PyTorch's `Conv2d` has them. */
export interface ConvolutionGeometry {
  /** Step between outputs, at least 1. */
  readonly stride: number;
  /** Step between the kernel's taps, at least 1. */
  readonly dilation: number;
  /** Zeros added on each of the four sides. */
  readonly padding: number;
}

/** Output length along one axis: ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. */
export function outputLength(size: number, kernel: number, geometry: ConvolutionGeometry): number {
  const reach = geometry.dilation * (kernel - 1) + 1;
  return Math.floor((size + 2 * geometry.padding - reach) / geometry.stride) + 1;
}

/**
 * Whether TensorFlow's SAME padding is the symmetric one here. SAME pads so that ⌈size / stride⌉ outputs come out,
 * the smaller half first; at stride 2 and an even size that differs from PyTorch.
 */
export function isSamePadding(size: number, kernel: number, geometry: ConvolutionGeometry): boolean {
  const outputs = Math.ceil(size / geometry.stride);
  const reach = geometry.dilation * (kernel - 1) + 1;
  const total = Math.max(0, (outputs - 1) * geometry.stride + reach - size);
  return total === 2 * geometry.padding && outputs === outputLength(size, kernel, geometry);
}

/** Checks shapes of a convolution. @throws {RangeError} With both shapes in the text */
export function checkConvolution(
  x: readonly number[],
  weights: readonly number[],
  geometry: ConvolutionGeometry,
): void {
  const shapes = `input [${x.join(", ")}], weights [${weights.join(", ")}]`;
  if (x.length !== 4 || weights.length !== 4 || x[3] !== weights[2]) {
    throw new RangeError(
      `Cannot convolve: ${shapes}, expected [N, H, W, C] and [k, k, C, O] of the same C`,
    );
  }
  if (x.includes(0) || weights.includes(0)) {
    throw new RangeError(`Cannot convolve: ${shapes}, expected no axis of length 0`);
  }
  const { stride, dilation, padding } = geometry;
  const whole = [stride, dilation, padding].every((n) => Number.isInteger(n));
  if (!whole || stride < 1 || dilation < 1 || padding < 0) {
    throw new RangeError(
      `Cannot convolve: stride ${stride}, dilation ${dilation}, padding ${padding}, expected whole numbers from 1, 1, 0`,
    );
  }
  if (outputLength(x[1]!, weights[0]!, geometry) < 1 || outputLength(x[2]!, weights[1]!, geometry) < 1) {
    throw new RangeError(
      `Cannot convolve: ${shapes}, expected an input that is not smaller than the kernel's reach`,
    );
  }
}
