import type { DecoderOptions, EncoderDepth, EncoderOptions, ModelOptions } from "../config/model_options.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import type { GraphNode, InferenceGraph } from "./graph.ts";
import { GraphBuilder } from "./graph_builder.ts";
import { IMAGENET_NORMALIZATION, type Normalization } from "./normalization.ts";

/** What goes into the graph besides the network. */
export interface GraphOptions {
  /** ImageNet's where left out. */
  readonly normalization?: Normalization;
  /** Folds batch norm into convolutions; true where left out. */
  readonly foldBatchNorm?: boolean;
  /** `mask` adds the argmax; `logits` where left out. */
  readonly output?: "logits" | "mask";
}

/** Residual blocks of each stage (He et al. 2016, table 1). */
const STAGE_BLOCKS: Readonly<Record<EncoderDepth, readonly number[]>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
};

/** Stride and dilation of each stage, by output stride. */
const STAGE_PLANS = {
  8: { strides: [1, 2, 1, 1], dilations: [1, 1, 2, 4] },
  16: { strides: [1, 2, 2, 1], dilations: [1, 1, 1, 2] },
} as const;

interface Feature {
  readonly value: string;
  readonly channels: number;
}

interface BlockSpec {
  readonly path: string;
  readonly planes: number;
  readonly stride: number;
  readonly dilation: number;
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
  const normalized = builder.add(normalizeNode("image", options.normalization ?? IMAGENET_NORMALIZATION));
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
  return decoder(builder, encoder(builder, input, model.encoder), model.decoder, model.classes);
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

function encoder(builder: GraphBuilder, input: string, options: EncoderOptions): Feature {
  const stem = options.stem === "v1c" ? deepStem : plainStem;
  const channels = options.stemChannels;
  const pooled = builder.add({
    op: "maxPool",
    name: "backbone.maxpool",
    inputs: [stem(builder, input, channels)],
    channels,
    kernel: 3,
    stride: 2,
    padding: 1,
  });
  let feature: Feature = { value: pooled, channels };
  for (const block of encoderBlocks(options)) {
    feature = options.depth < 50
      ? basicBlock(builder, feature, block)
      : bottleneckBlock(builder, feature, block);
  }
  return feature;
}

function deepStem(builder: GraphBuilder, input: string, channels: number): string {
  const half = channels / 2;
  const specs = [
    { inChannels: 3, outChannels: half, kernel: 3, stride: 2 },
    { inChannels: half, outChannels: half, kernel: 3 },
    { inChannels: half, outChannels: channels, kernel: 3 },
  ];
  return specs.reduce((value, spec, i) => {
    return builder.convNorm(value, `backbone.stem.${3 * i}`, `backbone.stem.${3 * i + 1}`, spec, true);
  }, input);
}

function plainStem(builder: GraphBuilder, input: string, channels: number): string {
  const spec = { inChannels: 3, outChannels: channels, kernel: 7, stride: 2 };
  return builder.convNorm(input, "backbone.conv1", "backbone.bn1", spec, true);
}

function encoderBlocks(options: EncoderOptions): BlockSpec[] {
  const plan = STAGE_PLANS[options.outputStride];
  return STAGE_BLOCKS[options.depth].flatMap((count, stage) => {
    const dilation = plan.dilations[stage]!;
    const first = options.contractDilation && dilation > 1 ? dilation / 2 : dilation;
    return Array.from({ length: count }, (_, i) => ({
      path: `backbone.layer${stage + 1}.${i}`,
      planes: options.baseChannels * 2 ** stage,
      stride: i === 0 ? plan.strides[stage]! : 1,
      dilation: i === 0 ? first : dilation,
    }));
  });
}

function basicBlock(builder: GraphBuilder, input: Feature, block: BlockSpec): Feature {
  const { path, planes: channels, stride, dilation } = block;
  const first = { inChannels: input.channels, outChannels: channels, kernel: 3, stride, dilation };
  const second = { inChannels: channels, outChannels: channels, kernel: 3 };
  const hidden = builder.convNorm(input.value, `${path}.conv1`, `${path}.bn1`, first, true);
  const residual = builder.convNorm(hidden, `${path}.conv2`, `${path}.bn2`, second, false);
  return joinShortcut(builder, input, block, { value: residual, channels });
}

function bottleneckBlock(builder: GraphBuilder, input: Feature, block: BlockSpec): Feature {
  const { path, planes, stride, dilation } = block;
  const channels = planes * 4;
  const specs = [
    { inChannels: input.channels, outChannels: planes, kernel: 1 },
    { inChannels: planes, outChannels: planes, kernel: 3, stride, dilation },
    { inChannels: planes, outChannels: channels, kernel: 1 },
  ];
  const residual = specs.reduce((value, spec, i) => {
    return builder.convNorm(value, `${path}.conv${i + 1}`, `${path}.bn${i + 1}`, spec, i < 2);
  }, input.value);
  return joinShortcut(builder, input, block, { value: residual, channels });
}

function joinShortcut(builder: GraphBuilder, input: Feature, block: BlockSpec, residual: Feature): Feature {
  const { path, stride } = block;
  const { channels } = residual;
  const spec = { inChannels: input.channels, outChannels: channels, kernel: 1, stride };
  const shortcut = stride === 1 && input.channels === channels
    ? input.value
    : builder.convNorm(input.value, `${path}.downsample.0`, `${path}.downsample.1`, spec, false);
  const sum = builder.plain("add", `${path}.add`, [residual.value, shortcut], channels);
  return { value: builder.plain("relu", `${path}.relu`, [sum], channels), channels };
}

/** ASPP: pooled branch first, then the dilated ones; bottleneck; classifier. Dropout is the identity here. */
function decoder(builder: GraphBuilder, input: Feature, options: DecoderOptions, classes: number): string {
  const { channels } = options;
  const inChannels = input.channels;
  const branches = options.dilations.map((dilation, i) => {
    const path = `decode_head.aspp_modules.${i}`;
    const spec = { inChannels, outChannels: channels, kernel: dilation === 1 ? 1 : 3, dilation };
    return builder.convNorm(input.value, `${path}.conv`, `${path}.bn`, spec, true);
  });
  const pooled = pooledBranch(builder, input, channels);
  const map = spread(builder, pooled, branches[0]!, channels);
  const width = (branches.length + 1) * channels;
  const joined = builder.plain("concat", "decode_head.concat", [map, ...branches], width);
  const bottleneck = builder.convNorm(
    joined,
    "decode_head.bottleneck.conv",
    "decode_head.bottleneck.bn",
    { inChannels: width, outChannels: channels, kernel: 3 },
    true,
  );
  return builder.convBias(bottleneck, "decode_head.conv_seg", {
    inChannels: channels,
    outChannels: classes,
    kernel: 1,
  });
}

function pooledBranch(builder: GraphBuilder, input: Feature, channels: number): string {
  const mean = builder.plain("globalPool", "decode_head.image_pool.0", [input.value], input.channels);
  const spec = { inChannels: input.channels, outChannels: channels, kernel: 1 };
  const path = "decode_head.image_pool.1";
  return builder.convNorm(mean, `${path}.conv`, `${path}.bn`, spec, true);
}

/**
 * A `[N, C, 1, 1]` value over the whole map, as its bilinear resize is: a map of zeros (a depthwise convolution of
 * zero weights) plus the value, broadcast. Works for any input size and asks for no operation that reads shapes.
 */
function spread(builder: GraphBuilder, pooled: string, like: string, channels: number): string {
  const name = "decode_head.image_pool.zeros";
  const zeros = builder.add({
    op: "conv",
    name,
    inputs: [like],
    channels,
    weight: { name: `${name}.weight`, shape: [channels, 1, 1, 1], data: new Float32Array(channels) },
    stride: 1,
    padding: 0,
    dilation: 1,
    groups: channels,
  });
  return builder.plain("add", "decode_head.image_pool.map", [zeros, pooled], channels);
}
