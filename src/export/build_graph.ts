import type { ModelOptions } from "../config/model_options.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import { addDecoder } from "./decoder_graph.ts";
import { addEncoder } from "./encoder_graph.ts";
import type { GraphNode, InferenceGraph } from "./graph.ts";
import { GraphBuilder } from "./graph_builder.ts";
import { inputNormalization, type Normalization } from "../config/encoder_facts.ts";

/** What goes into the graph besides the network. */
export interface GraphOptions {
  /** The encoder's where left out. */
  readonly normalization?: Normalization;
  /** Folds batch norm into convolutions; true where left out. */
  readonly foldBatchNorm?: boolean;
  /** `mask` adds the argmax; `logits` where left out. */
  readonly output?: "logits" | "mask";
}

/**
 * The inference network of a model: normalization, encoder, labeled decoder, resize to the input's size.
 * @param tensors Tensors by their state_dict names; those of training only are not looked at
 * @throws {CheckpointMismatch} If tensors are missing or have another shape
 */
export function buildInferenceGraph(
  model: ModelOptions,
  tensors: ReadonlyMap<string, StoredTensor>,
  options: GraphOptions = {},
): InferenceGraph {
  const builder = new GraphBuilder({ tensors, fold: options.foldBatchNorm ?? true });
  const normalized = builder.add(
    normalizeNode("image", options.normalization ?? inputNormalization(model.encoder)),
  );
  const small = network(builder, normalized, model);
  const outputKind = options.output ?? "logits";
  const logits = builder.add({
    op: "resize",
    name: "logits",
    inputs: [small],
    channels: model.classes,
    alignCorners: model.decoder.alignCorners,
  });
  if (outputKind === "mask") builder.plain("argmax", "mask", [logits], 1);
  return {
    input: "image",
    output: outputKind,
    outputKind,
    classes: model.classes,
    outputStride: model.encoder.outputStride,
    nodes: builder.finish(),
  };
}

/**
 * Name and shape (OIHW) of every tensor of the state_dict that the inference network of a model takes, running
 * statistics included, the counters `num_batches_tracked` not.
 */
export function inferenceTensorShapes(model: ModelOptions): ReadonlyMap<string, readonly number[]> {
  const builder = new GraphBuilder({ tensors: new Map(), fold: false });
  network(builder, "image", model);
  return builder.requested;
}

function network(builder: GraphBuilder, input: string, model: ModelOptions): string {
  return addDecoder(builder, addEncoder(builder, input, model.encoder), model.decoder, model.classes);
}

/**
 * Normalization as a depthwise 1×1 convolution. It cannot be folded into the first convolution: that one pads the
 * normalized picture with zeros, and a zero there is the mean colour here.
 */
function normalizeNode(input: string, { mean, std }: Normalization): GraphNode {
  const weight = Float32Array.from(std, (deviation) => 1 / deviation);
  const bias = Float32Array.from(mean, (average, c) => -average / std[c]!);
  return {
    op: "conv",
    name: "normalize",
    inputs: [input],
    channels: 3,
    weight: { name: "normalize.weight", shape: [3, 1, 1, 1], data: weight },
    bias: { name: "normalize.bias", shape: [3], data: bias },
    stride: 1,
    padding: 0,
    dilation: 1,
    groups: 3,
  };
}
