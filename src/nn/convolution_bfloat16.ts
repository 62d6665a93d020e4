import * as tf from "@tensorflow/tfjs-core";
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import { type ConvolutionGeometry, outputLength } from "./convolution_geometry.ts";
import type { ConvolutionKernels, Gradients, RunningConvolution } from "./convolution_kernels.ts";
import { attributesFor, paddingFor, SPARSE_SHARE } from "./convolution_native.ts";
import {
  forwardByTaps,
  gradInputByTaps,
  gradWeightsByTaps,
  keepsSize,
  shareOfProducts,
} from "./convolution_taps.ts";
import { NativeMath } from "./native_math.ts";
import type { AnyTensor } from "./tensors.ts";

/**
 * Fewest products at which bfloat16 is the faster type, casts included (measured with AMX: equal at 2·10⁷, twice as
 * fast at 10⁸).
 */
const LEAST_PRODUCTS = 4e7;

/** From this dilation on TensorFlow's bfloat16 forward kernel is several times slower than products of taps. */
const WIDE_DILATION = 8;

/** The largest share of products at which the gradient of the input is faster by taps. */
const SPARSE_SHARE_BACKWARD = 0.2;

/** The largest C · O at which TensorFlow's kernel of the weights' gradient is faster than products of taps. */
const NARROW_KERNEL = 512 * 512;

/** Whether a convolution is worth its casts. Strided ones that need a padded copy of their input are not. */
export function paysBfloat16(
  input: readonly number[],
  weights: readonly number[],
  geometry: ConvolutionGeometry,
): boolean {
  const [kh, kw, c, o] = weights as [number, number, number, number];
  if (!keepsSize(weights, geometry) && paddingFor(input, weights, geometry).before > 0) return false;
  const [height, width] = [outputLength(input[1]!, kh, geometry), outputLength(input[2]!, kw, geometry)];
  return input[0]! * height * width * kh * kw * c * o >= LEAST_PRODUCTS;
}

/**
 * A convolution in bfloat16 with sums, results and gradients in float32. The weights are cast once, for forward and
 * gradient; input and output gradient are cast when they are needed, so that nothing of their size is kept.
 * @param plain Float32 kernels, for the directions that bfloat16 does not have
 */
export class Bfloat16Convolution implements RunningConvolution {
  readonly #math: NativeMath;
  readonly #plain: ConvolutionKernels;
  readonly #weights: AnyTensor;
  readonly #geometry: ConvolutionGeometry;
  #cast: AnyTensor | undefined;

  /** Takes no hold of `weights`, which must live until the gradient is taken. */
  constructor(
    backend: NodeKernelBackend,
    plain: ConvolutionKernels,
    weights: AnyTensor,
    geometry: ConvolutionGeometry,
  ) {
    this.#math = new NativeMath(backend, "bfloat16");
    this.#plain = plain;
    this.#weights = weights;
    this.#geometry = geometry;
  }

  /** @inheritdoc */
  forward(x: AnyTensor): AnyTensor {
    const weights = this.#castWeights();
    return tf.tidy(() => {
      const input = this.#math.from(x);
      if (this.#forwardByTaps(x.shape)) return forwardByTaps(this.#math, input, weights, this.#geometry);
      return this.#math.toFloat(this.#math.run("Conv2D", [input, weights], this.#attributes(x.shape)));
    });
  }

  /** @inheritdoc */
  backward(dy: AnyTensor, x: AnyTensor, needs: { readonly dx: boolean; readonly dw: boolean }): Gradients {
    const weights = this.#castWeights();
    const [dx, dw] = tf.tidy(() => {
      const given = this.#math.from(dy);
      const dw = needs.dw ? this.#gradWeights(x, dy, given) : undefined;
      const dx = needs.dx ? this.#gradInput(given, weights, x.shape) : undefined;
      return [dx, dw].map((one) => one ?? null) as AnyTensor[];
    }) as (AnyTensor | null)[];
    return { dx: dx ?? undefined, dw: dw ?? undefined };
  }

  /** @inheritdoc */
  dispose(): void {
    this.#cast?.dispose();
    this.#cast = undefined;
  }

  #castWeights(): AnyTensor {
    return this.#cast ??= tf.keep(this.#math.from(this.#weights));
  }

  /** A product a tap, for kernels of one tap and for those that would mostly read padding. */
  #byTaps(input: readonly number[], share: number): boolean {
    const { shape } = this.#weights;
    if (!keepsSize(shape, this.#geometry)) return false;
    return shape[0] === 1 || shareOfProducts(input, shape, this.#geometry) <= share;
  }

  #forwardByTaps(input: readonly number[]): boolean {
    const wide = this.#geometry.dilation >= WIDE_DILATION && keepsSize(this.#weights.shape, this.#geometry);
    return wide || this.#byTaps(input, SPARSE_SHARE);
  }

  #attributes(input: readonly number[]) {
    return attributesFor(this.#geometry, paddingFor(input, this.#weights.shape, this.#geometry));
  }

  #gradInput(dy: AnyTensor, weights: AnyTensor, input: readonly number[]): AnyTensor {
    if (this.#byTaps(input, SPARSE_SHARE_BACKWARD)) {
      return gradInputByTaps(this.#math, dy, weights, this.#geometry);
    }
    const shape = tf.tensor1d(input as number[], "int32");
    return this.#math.toFloat(
      this.#math.run("Conv2DBackpropInput", [shape, weights, dy], this.#attributes(input)),
    );
  }

  #gradWeights(x: AnyTensor, dy: AnyTensor, dyCast: AnyTensor): AnyTensor {
    const { shape } = this.#weights;
    const [, , c, o] = shape as [number, number, number, number];
    // strided ones, and those of a kernel of one tap, are no faster in TensorFlow's bfloat16 kernel than in float32
    if (!keepsSize(shape, this.#geometry)) return this.#plain.gradWeights(x, dy, shape, this.#geometry);
    const input = this.#math.from(x);
    if (this.#forwardByTaps(x.shape) || c * o > NARROW_KERNEL) {
      return gradWeightsByTaps(this.#math, input, dyCast, shape, this.#geometry);
    }
    const sizes = tf.tensor1d(shape, "int32");
    const attributes = this.#attributes(x.shape);
    return this.#math.toFloat(
      this.#math.run("Conv2DBackpropFilter", [input, sizes, dyCast], attributes),
    );
  }
}
