import type { EncoderDepth, EncoderOptions } from "../config/model_options.ts";
import type { GraphBuilder } from "./graph_builder.ts";

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

/** A value and its channels. */
export interface Feature {
  /** Name of the value. */
  readonly value: string;
  /** Number of channels. */
  readonly channels: number;
}

interface BlockSpec {
  readonly path: string;
  readonly planes: number;
  readonly stride: number;
  readonly dilation: number;
}

/**
 * Adds the encoder: stem, max pool, four stages of residual blocks.
 * @param input Name of the normalized picture's value
 */
export function addEncoder(builder: GraphBuilder, input: string, options: EncoderOptions): Feature {
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
