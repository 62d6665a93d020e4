import { encodeOnnx, type OnnxModel, type OnnxValue } from "../formats/onnx_model.ts";
import { type BatchNormNode, type ConvNode, featureSize, type GraphNode } from "./graph.ts";
import type { InferenceGraph, MaxPoolNode, ResizeNode } from "./graph.ts";
import { samePadding } from "../nn/depthwise_geometry.ts";
import { type OnnxAttributes, OnnxParts } from "./onnx_parts.ts";
import { type ActivationRanges, int8Codes } from "./quantization.ts";

/** The operator set of every exported file: the first with a quantization for each channel. */
export const ONNX_OPSET = 13;

/**
 * Which pictures the exported model takes; the batch is free always.
 * - `[height, width]`: one size, any.
 * - `"multiple"`: any size whose sides are multiples of the output stride. (For others the logits have the next
 *   larger multiple's size, and differ a little at the right and bottom.)
 * - `"any"`: any size, by the operators Shape and Slice, which not every kit of an edge chip takes.
 */
export type ExportSize = readonly [height: number, width: number] | "multiple" | "any";

/** How an ONNX file is made. */
export interface OnnxOptions {
  /** Sizes of the pictures that the model takes. */
  readonly size: ExportSize;
  /** `float32`: `[N, 3, H, W]`, 0..255; `uint8`: `[N, H, W, 3]`, by Cast and Transpose. float32 where left out. */
  readonly input?: "float32" | "uint8";
  /** Ranges from calibration pictures make a statically quantized int8 model (QuantizeLinear, DequantizeLinear). */
  readonly ranges?: ActivationRanges;
  /** Version of the program that writes. */
  readonly version: string;
  /** Texts stored in the file: classes, colours, normalization. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The bytes of an ONNX file. Its operators: Conv, Relu, Clip, MaxPool, GlobalAveragePool, Concat, Add, Mul, Resize; ArgMax for a
 * mask, BatchNormalization for a graph that is not folded, and those that `options` name.
 * @throws {RangeError} If the size is not of whole pixels or cannot be had with `alignCorners`, if a range is
 * missing, or if a graph that is not folded is to be quantized
 */
export function exportOnnx(graph: InferenceGraph, options: OnnxOptions): Uint8Array {
  return encodeOnnx(onnxModel(graph, options));
}

/** The same before encoding. */
export function onnxModel(graph: InferenceGraph, options: OnnxOptions): OnnxModel {
  checkRequest(graph, options);
  const parts = new OnnxParts(options.ranges === undefined ? new Map() : int8Codes(graph, options.ranges));
  const input = addInput(parts, graph, options);
  for (const node of graph.nodes) addNode(parts, node, graph, options);
  return {
    irVersion: 8,
    opset: ONNX_OPSET,
    producer: { name: "guidedmix", version: options.version },
    graphName: "guidedmix",
    inputs: [input],
    outputs: [outputValue(graph, options.size)],
    nodes: parts.nodes,
    initializers: parts.initializers,
    metadata: options.metadata ?? {},
  };
}

function checkRequest(graph: InferenceGraph, { size, ranges }: OnnxOptions): void {
  if (typeof size !== "string" && !size.every((side) => Number.isInteger(side) && side > 0)) {
    throw new RangeError(`Cannot export ONNX: size is [${size.join(", ")}], expected whole pixels above 0`);
  }
  const aligned = graph.nodes.some((node) => node.op === "resize" && node.alignCorners);
  if (size === "multiple" && aligned) {
    throw new RangeError(
      'Cannot export ONNX: alignCorners is true and size "multiple", expected a fixed size or "any"',
    );
  }
  if (ranges !== undefined && graph.nodes.some((node) => node.op === "batchNorm")) {
    throw new RangeError("Cannot quantize the graph: batch norm is not folded, expected foldBatchNorm true");
  }
}

function addInput(parts: OnnxParts, graph: InferenceGraph, { size, input }: OnnxOptions): OnnxValue {
  const [height, width] = typeof size === "string" ? ["height", "width"] : size;
  if (input !== "uint8") {
    parts.round(graph.input);
    return { name: graph.input, dtype: "float32", shape: ["batch", 3, height, width] };
  }
  parts.nodes.push({
    op: "Cast",
    name: "pixels.float",
    inputs: ["pixels"],
    outputs: ["pixels.float"],
    attributes: { to: { int: 1 } },
  });
  parts.node("Transpose", graph.input, ["pixels.float"], { perm: { ints: [0, 3, 1, 2] } });
  return { name: "pixels", dtype: "uint8", shape: ["batch", height, width, 3] };
}

function outputValue(graph: InferenceGraph, size: ExportSize): OnnxValue {
  const { output: name, outputStride: stride } = graph;
  const rounded = ["height", "width"].map((side) => `${stride}*ceil(${side}/${stride})`);
  const sides = size === "multiple" ? rounded : size === "any" ? ["height", "width"] : size;
  return graph.outputKind === "mask"
    ? { name, dtype: "int64", shape: ["batch", ...sides] }
    : { name, dtype: "float32", shape: ["batch", graph.classes, ...sides] };
}

function addNode(parts: OnnxParts, node: GraphNode, graph: InferenceGraph, options: OnnxOptions): void {
  const inputs = node.inputs.map((name) => parts.read(name));
  switch (node.op) {
    case "conv":
      return addConv(parts, node, inputs, options.size);
    case "batchNorm":
      return addBatchNorm(parts, node, inputs);
    case "maxPool":
      return addMaxPool(parts, node, inputs);
    case "resize":
      return addResize(parts, node, graph, options.size);
    case "relu":
      return parts.node("Relu", node.name, inputs);
    case "relu6":
      return parts.node("Clip", node.name, [...inputs, parts.shared("zero", 0), parts.shared("six", 6)]);
    case "globalPool":
      return parts.node("GlobalAveragePool", node.name, inputs);
    case "concat":
      return parts.node("Concat", node.name, inputs, { axis: { int: 1 } });
    case "add":
      return parts.node("Add", node.name, inputs);
    case "multiply":
      return parts.node("Mul", node.name, inputs);
    case "argmax":
      return parts.node("ArgMax", node.name, inputs, { axis: { int: 1 }, keepdims: { int: 0 } });
  }
}

function square(value: number, count: number): { readonly ints: readonly number[] } {
  return { ints: Array.from({ length: count }, () => value) };
}

/**
 * Padding of a convolution: zeros above, left, below, right. SAME padding is not symmetric where the size is even: at
 * sizes that are multiples of the output stride every strided convolution's input is, at a fixed size it follows from
 * that, and for any size the runtime finds it out.
 */
function paddingOf(node: ConvNode, size: ExportSize): OnnxAttributes {
  const { padding, inputStride = 1, stride, dilation, weight } = node;
  if (padding !== "same") return { pads: square(padding, 4) };
  if (size === "any") return { auto_pad: { text: "SAME_UPPER" } };
  const [height, width] = size === "multiple"
    ? [2 * stride, 2 * stride]
    : [featureSize(size[0], inputStride), featureSize(size[1], inputStride)];
  const [top, bottom] = samePadding(height, weight.shape[2]!, { stride, dilation });
  const [left, right] = samePadding(width, weight.shape[3]!, { stride, dilation });
  return { pads: { ints: [top, left, bottom, right] } };
}

function addConv(parts: OnnxParts, node: ConvNode, inputs: readonly string[], size: ExportSize): void {
  parts.node("Conv", node.name, [...inputs, ...parts.convWeights(node)], {
    dilations: square(node.dilation, 2),
    group: { int: node.groups },
    kernel_shape: { ints: node.weight.shape.slice(2) },
    ...paddingOf(node, size),
    strides: square(node.stride, 2),
  });
}

function addMaxPool(parts: OnnxParts, node: MaxPoolNode, inputs: readonly string[]): void {
  parts.node("MaxPool", node.name, inputs, {
    kernel_shape: square(node.kernel, 2),
    pads: square(node.padding, 4),
    strides: square(node.stride, 2),
  });
}

function addBatchNorm(parts: OnnxParts, node: BatchNormNode, inputs: readonly string[]): void {
  const weights = [node.scale, node.shift, node.mean, node.variance].map((weight) => parts.weight(weight));
  parts.node("BatchNormalization", node.name, [...inputs, ...weights], { epsilon: { float: node.epsilon } });
}

function addResize(parts: OnnxParts, node: ResizeNode, graph: InferenceGraph, size: ExportSize): void {
  const mode = node.alignCorners ? "align_corners" : "half_pixel";
  const attributes = { mode: { text: "linear" }, coordinate_transformation_mode: { text: mode } };
  const input = parts.read(node.inputs[0]!);
  if (size === "any") {
    return parts.node(
      "Resize",
      node.name,
      [input, "", "", runtimeSizes(parts, input, graph.input)],
      attributes,
    );
  }
  const factors = size === "multiple" ? [graph.outputStride, graph.outputStride] : size.map((side) => {
    return resizeFactor(featureSize(side, graph.outputStride), side);
  });
  const scales = parts.constant("resize.scales", "float32", [4], Float32Array.of(1, 1, ...factors));
  parts.node("Resize", node.name, [input, "", scales], attributes);
}

/**
 * The least float32 at or above `to / from` for which `floor(from · factor)`, as runtimes compute the output size,
 * is `to` and not one less.
 */
export function resizeFactor(from: number, to: number): number {
  const bits = new Uint32Array(1);
  const factor = new Float32Array(bits.buffer);
  factor[0] = to / from;
  while (factor[0] * from < to || Math.fround(factor[0] * from) < to) bits[0]!++;
  return factor[0];
}

/** Adds nodes that put batch and channels of `small` before height and width of `image`; returns their value. */
function runtimeSizes(parts: OnnxParts, small: string, image: string): string {
  const integers = (name: string, value: number) =>
    parts.constant(name, "int64", [1], BigInt64Array.of(BigInt(value)));
  const [zero, two, four] = [integers("axis.0", 0), integers("axis.2", 2), integers("axis.4", 4)];
  parts.node("Shape", "small.shape", [small]);
  parts.node("Slice", "small.batch_channels", ["small.shape", zero, two]);
  parts.node("Shape", "image.shape", [image]);
  parts.node("Slice", "image.sides", ["image.shape", two, four]);
  parts.node("Concat", "resize.sizes", ["small.batch_channels", "image.sides"], { axis: { int: 0 } });
  return "resize.sizes";
}
