import {
  type BatchNormNode,
  consumerCounts,
  type ConvNode,
  type GraphNode,
  type GraphWeight,
  isRectifier,
} from "./graph.ts";
import type { InferenceGraph, MaxPoolNode, ResizeNode } from "./graph.ts";
import type { ExportSize } from "./onnx.ts";
import {
  dimensions,
  FLOAT,
  integers,
  text,
  texts,
  type TfjsAttribute,
  type TfjsNode,
  TfjsParts,
} from "./tfjs_nodes.ts";
import { packWeights, type WeightPrecision } from "./tfjs_weights.ts";

/** How a TF.js graph model is made. */
export interface TfjsOptions {
  /** A fixed `[height, width]`; `"multiple"` and `"any"` both take any size here. */
  readonly size: ExportSize;
  /** float32 where left out. */
  readonly weights?: WeightPrecision;
  /** Version of the program that writes. */
  readonly version: string;
  /** Stored as `userDefinedMetadata`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/**
 * The files of a TF.js graph model, for `loadGraphModel` of @tensorflow/tfjs-converter: `model.json` and weight files.
 * Input `image`: RGB 0..255, `[N, H, W, 3]`, float32. Output: `logits` `[N, H, W, K]` or `mask` `[N, H, W]`, int32.
 * @throws {RangeError} If a weight does not fit float16
 */
export function exportTfjs(graph: InferenceGraph, options: TfjsOptions): Map<string, Uint8Array> {
  const parts = new TfjsParts();
  const sides = typeof options.size === "string" ? [-1, -1] : options.size;
  const inputShape = dimensions([-1, ...sides, 3]);
  parts.nodes.push({
    name: graph.input,
    op: "Placeholder",
    input: [],
    attr: { dtype: FLOAT, shape: { shape: inputShape } },
  });
  for (const node of withFusedRelu(graph)) addNode(parts, node, graph, options.size);
  const { entries, shards } = packWeights(parts.constants, options.weights ?? "float32");
  const json = {
    format: "graph-model",
    generatedBy: `guidedmix ${options.version}`,
    convertedBy: null,
    signature: {
      inputs: { [graph.input]: { name: `${graph.input}:0`, dtype: "DT_FLOAT", tensorShape: inputShape } },
      outputs: { [graph.output]: outputSignature(graph, sides) },
    },
    userDefinedMetadata: options.metadata ?? {},
    modelTopology: { node: parts.nodes, library: {}, versions: {} },
    weightsManifest: [{ paths: [...shards.keys()], weights: entries }],
  };
  return new Map([["model.json", new TextEncoder().encode(JSON.stringify(json))], ...shards]);
}

function outputSignature(graph: InferenceGraph, sides: readonly number[]): Record<string, unknown> {
  const mask = graph.outputKind === "mask";
  return {
    name: `${graph.output}:0`,
    dtype: mask ? "DT_INT32" : "DT_FLOAT",
    tensorShape: dimensions(mask ? [-1, ...sides] : [-1, ...sides, graph.classes]),
  };
}

/** A convolution with the rectifier that alone takes its value; the pair has the rectifier's name. */
type RectifiedConv = ConvNode & { readonly rectifier: "relu" | "relu6" };

type FusedNode = GraphNode | RectifiedConv;

const RECTIFIERS = { relu: "Relu", relu6: "Relu6" } as const;

function withFusedRelu(graph: InferenceGraph): FusedNode[] {
  const counts = consumerCounts(graph);
  const relus = new Map(
    graph.nodes.filter(isRectifier).filter((node) => counts.get(node.inputs[0]!) === 1)
      .map((node) => [node.inputs[0]!, node]),
  );
  const convs = new Set(graph.nodes.filter((node) => node.op === "conv").map((node) => node.name));
  return graph.nodes
    .filter((node) => !(isRectifier(node) && convs.has(node.inputs[0]!) && relus.has(node.inputs[0]!)))
    .map((node) => {
      const relu = relus.get(node.name);
      return node.op === "conv" && relu !== undefined
        ? { ...node, name: relu.name, rectifier: relu.op }
        : node;
    });
}

function addNode(parts: TfjsParts, node: FusedNode, graph: InferenceGraph, size: ExportSize): void {
  switch (node.op) {
    case "conv":
      return addConv(parts, node);
    case "batchNorm":
      return addBatchNorm(parts, node);
    case "maxPool":
      return addMaxPool(parts, node);
    case "resize":
      return addResize(parts, node, graph.input, size);
    case "relu":
    case "relu6":
      return parts.node(RECTIFIERS[node.op], node.name, node.inputs);
    case "globalPool": {
      const axes = parts.integers(`${node.name}/axes`, [1, 2]);
      return parts.node("Mean", node.name, [...node.inputs, axes], { keep_dims: { b: true } });
    }
    case "concat": {
      const axis = parts.constant(`${node.name}/axis`, [], Int32Array.of(3));
      return parts.node("ConcatV2", node.name, [...node.inputs, axis], {
        N: { i: String(node.inputs.length) },
      });
    }
    case "add":
      return parts.node("AddV2", node.name, node.inputs);
    case "multiply":
      return parts.node("Mul", node.name, node.inputs);
    case "argmax": {
      const axis = parts.constant(`${node.name}/axis`, [], Int32Array.of(3));
      return parts.node("ArgMax", node.name, [...node.inputs, axis]);
    }
  }
}

function addConv(parts: TfjsParts, node: ConvNode | RectifiedConv): void {
  const depthwise = node.groups > 1;
  const { name, shape, data } = depthwise ? depthwiseFilter(node.weight) : filterHwio(node.weight);
  const inputs = [...node.inputs, parts.constant(name, shape, data)];
  const fused = [
    ...(node.bias ? ["BiasAdd"] : []),
    ...("rectifier" in node ? [RECTIFIERS[node.rectifier]] : []),
  ];
  if (node.bias) inputs.push(parts.constant(node.bias.name, node.bias.shape, node.bias.data));
  const attributes = {
    strides: integers([1, node.stride, node.stride, 1]),
    dilations: integers([1, node.dilation, node.dilation, 1]),
    data_format: text("NHWC"),
    ...paddingOf(node),
  };
  if (node.bias === undefined) {
    parts.node(depthwise ? "DepthwiseConv2dNative" : "Conv2D", node.name, inputs, attributes);
    return;
  }
  const op = depthwise ? "FusedDepthwiseConv2dNative" : "_FusedConv2D";
  parts.node(op, node.name, inputs, { ...attributes, fused_ops: texts(fused), num_args: { i: "1" } });
}

/** SAME where it is: TF.js takes no EXPLICIT padding in a depthwise convolution. */
function paddingOf({ padding, groups }: ConvNode): Record<string, TfjsAttribute> {
  if (padding === 0) return { padding: text("VALID"), explicit_paddings: integers([]) };
  if (padding === "same" || groups > 1) return { padding: text("SAME"), explicit_paddings: integers([]) };
  const sides = [0, 0, ...Array<number>(4).fill(padding), 0, 0];
  return { padding: text("EXPLICIT"), explicit_paddings: integers(sides) };
}

/** OIHW to HWIO. */
function filterHwio({ name, shape, data }: GraphWeight): GraphWeight {
  const [outputs, inputs, height, width] = shape as [number, number, number, number];
  const area = height * width;
  const filter = new Float32Array(data.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let p = 0; p < area; p++) {
        filter[(p * inputs + i) * outputs + o] = data[(o * inputs + i) * area + p]!;
      }
    }
  }
  return { name, shape: [height, width, inputs, outputs], data: filter };
}

/** `[C, 1, K, K]` to `[K, K, C, 1]`. */
function depthwiseFilter({ name, shape, data }: GraphWeight): GraphWeight {
  const [channels, , height, width] = shape as [number, number, number, number];
  const area = height * width;
  const filter = data.map((_, at) => data[(at % channels) * area + Math.floor(at / channels)]!);
  return { name, shape: [height, width, channels, 1], data: filter };
}

function addBatchNorm(parts: TfjsParts, node: BatchNormNode): void {
  const weights = [node.scale, node.shift, node.mean, node.variance]
    .map(({ name, shape, data }) => parts.constant(name, shape, data));
  parts.node("FusedBatchNormV3", node.name, [...node.inputs, ...weights], {
    epsilon: { f: node.epsilon },
    is_training: { b: false },
    data_format: text("NHWC"),
  });
}

/** TF.js pads pools only as SAME or VALID; zeros around do it here, because the input comes from a ReLU. */
function addMaxPool(parts: TfjsParts, node: MaxPoolNode): void {
  const pad = node.padding;
  const amounts = Int32Array.of(0, 0, pad, pad, pad, pad, 0, 0);
  const padded = `${node.name}/padded`;
  parts.node("Pad", padded, [...node.inputs, parts.constant(`${padded}/amounts`, [4, 2], amounts)]);
  parts.node("MaxPool", node.name, [padded], {
    ksize: integers([1, node.kernel, node.kernel, 1]),
    strides: integers([1, node.stride, node.stride, 1]),
    padding: text("VALID"),
    data_format: text("NHWC"),
  });
}

function addResize(parts: TfjsParts, node: ResizeNode, image: string, size: ExportSize): void {
  const sides = typeof size === "string" ? runtimeSides(parts, image) : parts.integers("resize/sides", size);
  parts.node("ResizeBilinear", node.name, [...node.inputs, sides], {
    align_corners: { b: node.alignCorners },
    half_pixel_centers: { b: !node.alignCorners },
  });
}

function runtimeSides(parts: TfjsParts, image: string): string {
  const begin = parts.integers("image/sides/begin", [1]);
  const length = parts.integers("image/sides/length", [2]);
  parts.node("Shape", "image/shape", [image]);
  parts.node("Slice", "image/sides", ["image/shape", begin, length]);
  return "image/sides";
}

/** A node of the topology, for readers of an exported `model.json`. */
export type { TfjsNode };
