/**
 * The inference network as a short list of operations that every export format has: encoder and labeled decoder,
 * nothing of the mix decoder, of MITrans or of the classifier.
 *
 * Each node makes one value, which has the node's name. Axes are NCHW, weights OIHW, as in PyTorch.
 */

/** A learned array of the graph, float32. */
export interface GraphWeight {
  /** Name in the exported file: that of the state_dict, or one beside it where batch norm was folded. */
  readonly name: string;
  /** Axis lengths. */
  readonly shape: readonly number[];
  /** Row-major elements. */
  readonly data: Float32Array;
}

/** What every node has. */
export interface NodeBase {
  /** Name of the node and of its value; unique. */
  readonly name: string;
  /** Names of values, each made by an earlier node or the graph's input. */
  readonly inputs: readonly string[];
  /** Channels of its value. */
  readonly channels: number;
}

/** Convolution with zero padding. */
export interface ConvNode extends NodeBase {
  /** Kind of the node. */
  readonly op: "conv";
  /** `[O, I / groups, K, K]` */
  readonly weight: GraphWeight;
  /** `[O]` */
  readonly bias?: GraphWeight;
  /** Of both axes, in pixels. */
  readonly stride: number;
  /** Zeros on each side, in pixels; `same`: TensorFlow's SAME padding, ⌈size / stride⌉ outputs. */
  readonly padding: number | "same";
  /** Picture size divided by the size of the convolution's input; where padding is `same`. */
  readonly inputStride?: number;
  /** Distance of neighbouring taps, in pixels. */
  readonly dilation: number;
  /** 1, or the number of input channels (depthwise). */
  readonly groups: number;
}

/** Batch norm with running statistics, only where folding is switched off. All weights `[C]`. */
export interface BatchNormNode extends NodeBase {
  /** Kind of the node. */
  readonly op: "batchNorm";
  /** γ */
  readonly scale: GraphWeight;
  /** β */
  readonly shift: GraphWeight;
  /** Running mean. */
  readonly mean: GraphWeight;
  /** Running variance. */
  readonly variance: GraphWeight;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** Max pooling; padding never wins over a value. */
export interface MaxPoolNode extends NodeBase {
  /** Kind of the node. */
  readonly op: "maxPool";
  /** Side of the window, in pixels. */
  readonly kernel: number;
  /** Of both axes, in pixels. */
  readonly stride: number;
  /** Zeros on each side, in pixels. */
  readonly padding: number;
}

/** Operations without numbers of their own; `multiply` broadcasts a `[N, C, 1, 1]` second input. */
export interface PlainNode extends NodeBase {
  /** `globalPool`: mean over height and width, `[N, C, 1, 1]`; `argmax`: `[N, H, W]`, the first of equal ones. */
  readonly op: "relu" | "relu6" | "globalPool" | "concat" | "add" | "multiply" | "argmax";
}

/** Bilinear resize of a feature map to the height and width of the graph's input. */
export interface ResizeNode extends NodeBase {
  /** Kind of the node. */
  readonly op: "resize";
  /** Corner rule, as in PyTorch's `interpolate`. */
  readonly alignCorners: boolean;
}

/** One operation. */
export type GraphNode = ConvNode | BatchNormNode | MaxPoolNode | PlainNode | ResizeNode;

/** Input size divided by feature size. */
export type OutputStride = 8 | 16 | 32;

/** A whole inference network. */
export interface InferenceGraph {
  /** Name of the input: RGB 0..255, `[N, 3, H, W]`. */
  readonly input: string;
  /** Name of the last node's value. */
  readonly output: string;
  /** `logits`: `[N, K, H, W]`; `mask`: class indices `[N, H, W]`. */
  readonly outputKind: "logits" | "mask";
  /** Number of classes, K. */
  readonly classes: number;
  /** Input size divided by feature size. */
  readonly outputStride: OutputStride;
  /** In an order in which they can run. */
  readonly nodes: readonly GraphNode[];
}

/** Height or width of a map at `stride` for an input of `size` pixels: halved and rounded up log2(stride) times. */
export function featureSize(size: number, stride: number): number {
  let rest = size;
  for (let reached = 1; reached < stride; reached *= 2) rest = Math.ceil(rest / 2);
  return rest;
}

/** All weights of a graph in the order of its nodes. */
export function graphWeights(graph: InferenceGraph): GraphWeight[] {
  return graph.nodes.flatMap((node) => {
    if (node.op === "conv") return node.bias === undefined ? [node.weight] : [node.weight, node.bias];
    return node.op === "batchNorm" ? [node.scale, node.shift, node.mean, node.variance] : [];
  });
}

/** How many nodes take each value; the graph's output counts as taken once more. */
export function consumerCounts(graph: InferenceGraph): Map<string, number> {
  const counts = new Map<string, number>([[graph.output, 1]]);
  for (const name of graph.nodes.flatMap((node) => node.inputs)) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** Whether a node is a rectifier, which may be fused to what it rectifies. */
export function isRectifier(node: GraphNode): node is PlainNode & { readonly op: "relu" | "relu6" } {
  return node.op === "relu" || node.op === "relu6";
}
