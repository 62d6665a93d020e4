import * as tf from "@tensorflow/tfjs-core";
import { TF_INT32 } from "../backends/tensorflow/dtypes.ts";
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import { type OpAttributes, runOp } from "../backends/tensorflow/run_op.ts";
import { type SameGeometry, samePadding, type Sides } from "./depthwise_geometry.ts";
import type { DepthwiseKernels } from "./depthwise_kernels.ts";
import type { AnyTensor } from "./tensors.ts";

/**
 * From this side of a kernel on, TensorFlow's own kernel of the weights' gradient is faster than oneDNN's (two cores with
 * AVX-512, 4 × 13² × 672: 3.3 against 5.3 ms at 5 × 5; at 3 × 3 there is little between them). EXPLICIT padding, which
 * oneDNN does not take, asks for it; without oneDNN it is the only one.
 */
const LEAST_PLAIN_KERNEL = 5;

function attributes(stride: number, padding: "SAME" | "VALID" | readonly [Sides, Sides]): OpAttributes {
  const plain = { strides: [1, stride, stride, 1], dilations: [1, 1, 1, 1] };
  if (typeof padding === "string") {
    return { ints: plain, strings: { padding, data_format: "NHWC" } };
  }
  const explicit = [0, 0, ...padding[0], ...padding[1], 0, 0];
  return {
    ints: { ...plain, explicit_paddings: explicit },
    strings: { padding: "EXPLICIT", data_format: "NHWC" },
  };
}

function shapeTensor(shape: readonly number[]): AnyTensor {
  return tf.tensor1d(shape as number[], "int32");
}

/** How a map is cut into d · d maps of every d-th position, so that a dilated kernel is a dense one on each. */
interface Cut {
  /** Zeros around rows and columns before the cut, so that d divides the sides; taken off again after it. */
  readonly sides: readonly [Sides, Sides];
  readonly dilation: number;
}

const CUT_TYPES = { Tblock_shape: TF_INT32 };

/** `[N, H, W, C]` to `[d · d · N, H' / d, W' / d, C]`. */
function cutMap(backend: NodeKernelBackend, x: AnyTensor, { sides, dilation }: Cut): AnyTensor {
  const block = shapeTensor([dilation, dilation]);
  const paddings = tf.tensor2d(sides.map((pair) => [...pair]), [2, 2], "int32");
  return runOp(backend, "SpaceToBatchND", [x, block, paddings], {
    types: { ...CUT_TYPES, Tpaddings: TF_INT32 },
  });
}

/** Back to the map. */
function joinMap(backend: NodeKernelBackend, x: AnyTensor, { sides, dilation }: Cut): AnyTensor {
  const block = shapeTensor([dilation, dilation]);
  const crops = tf.tensor2d(sides.map((pair) => [...pair]), [2, 2], "int32");
  return runOp(backend, "BatchToSpaceND", [x, block, crops], {
    types: { ...CUT_TYPES, Tcrops: TF_INT32 },
  });
}

/** Cuts of input and output of a dilated kernel at stride 1. */
function cuts(map: readonly number[], kernel: number, geometry: SameGeometry): { input: Cut; output: Cut } {
  const { dilation } = geometry;
  const upTo = (size: number) => Math.ceil(size / dilation) * dilation;
  const output = (size: number): Sides => [0, upTo(size) - size];
  const input = (size: number): Sides => {
    const [before, after] = samePadding(size, kernel, geometry);
    return [before, after + upTo(size) - size];
  };
  const along = (side: (size: number) => Sides): Cut => ({
    sides: [side(map[1]!), side(map[2]!)],
    dilation,
  });
  return { input: along(input), output: along(output) };
}

/** Which kernel takes the gradient of the weights of a dense convolution. */
function weightPadding(x: readonly number[], kernel: number, geometry: SameGeometry) {
  if (kernel < LEAST_PLAIN_KERNEL) return "SAME";
  return [samePadding(x[1]!, kernel, geometry), samePadding(x[2]!, kernel, geometry)] as const;
}

/** No zeros at all, in the form that oneDNN leaves to TensorFlow's own kernel. */
const NO_SIDES: readonly [Sides, Sides] = [[0, 0], [0, 0]];

/**
 * Depthwise convolution by TensorFlow's kernels. Those take dilations with oneDNN in the forward direction only (the
 * plain gradients run with a dilation and ignore it), so a dilated kernel runs as a dense one over every d-th position.
 */
export function nativeDepthwise(backend: NodeKernelBackend): DepthwiseKernels {
  return {
    forward: (x, weights, geometry) =>
      tf.tidy(() => {
        const run = (input: AnyTensor, padding: "SAME" | "VALID") =>
          runOp(backend, "DepthwiseConv2dNative", [input, weights], attributes(geometry.stride, padding));
        if (geometry.dilation === 1) return run(x, "SAME");
        const { input, output } = cuts(x.shape, weights.shape[0]!, geometry);
        return joinMap(backend, run(cutMap(backend, x, input), "VALID"), output);
      }),

    gradInput: (dy, weights, inputShape, geometry) =>
      tf.tidy(() => {
        const run = (given: AnyTensor, shape: readonly number[], padding: "SAME" | "VALID") => {
          const operands = [shapeTensor(shape), weights, given];
          const named = attributes(geometry.stride, padding);
          return runOp(backend, "DepthwiseConv2dNativeBackpropInput", operands, named);
        };
        if (geometry.dilation === 1) return run(dy, inputShape, "SAME");
        const { input, output } = cuts(inputShape, weights.shape[0]!, geometry);
        const given = cutMap(backend, dy, output);
        const reach = weights.shape[0]! - 1;
        const [n, h, w, c] = given.shape as [number, number, number, number];
        return joinMap(backend, run(given, [n, h + reach, w + reach, c], "VALID"), input);
      }),

    gradWeights: (x, dy, weightShape, geometry) =>
      tf.tidy(() => {
        const run = (seen: AnyTensor, given: AnyTensor, padding: Parameters<typeof attributes>[1]) => {
          const operands = [seen, shapeTensor(weightShape), given];
          const named = attributes(geometry.stride, padding);
          return runOp(backend, "DepthwiseConv2dNativeBackpropFilter", operands, named);
        };
        const kernel = weightShape[0]!;
        if (geometry.dilation === 1) return run(x, dy, weightPadding(x.shape, kernel, geometry));
        const { input, output } = cuts(x.shape, kernel, geometry);
        const padding = kernel < LEAST_PLAIN_KERNEL ? "VALID" : NO_SIDES;
        return run(cutMap(backend, x, input), cutMap(backend, dy, output), padding);
      }),
  };
}
