import type { ResnetOptions } from "../config/model_options.ts";
import { type BlockPlan, hasBottlenecks, planBlocks } from "../model/encoders/resnet/plan_blocks.ts";
import type { ConvSpec, GraphBuilder } from "./graph_builder.ts";

/**
 * Adds a ResNet: stem, max pool, four stages of residual blocks.
 * @param input Name of the normalized picture's value
 */
export function addResnet(builder: GraphBuilder, input: string, options: ResnetOptions): string {
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
  const addBlock = hasBottlenecks(options.depth) ? addBottleneckBlock : addBasicBlock;
  const blocks = planBlocks(options).flat();
  return blocks.reduce((input, block) => addBlock(builder, input, block), pooled);
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

function addBasicBlock(builder: GraphBuilder, input: string, block: BlockPlan): string {
  const { inputs: inChannels, width, stride, dilation } = block;
  return addBlock(builder, input, block, [
    { inChannels, outChannels: width, kernel: 3, stride, dilation },
    { inChannels: width, outChannels: width, kernel: 3 },
  ]);
}

function addBottleneckBlock(builder: GraphBuilder, input: string, block: BlockPlan): string {
  const { inputs: inChannels, width, outputs, stride, dilation } = block;
  return addBlock(builder, input, block, [
    { inChannels, outChannels: width, kernel: 1 },
    { inChannels: width, outChannels: width, kernel: 3, stride, dilation },
    { inChannels: width, outChannels: outputs, kernel: 1 },
  ]);
}

/** Convolutions one after the other, ReLU after each but the last; plus the shortcut; ReLU. */
function addBlock(
  builder: GraphBuilder,
  input: string,
  block: BlockPlan,
  specs: readonly ConvSpec[],
): string {
  const { inputs: inChannels, outputs: outChannels, stride, projection } = block;
  const path = `backbone.${block.name}`;
  const residual = specs.reduce((value, spec, i) => {
    const relu = i < specs.length - 1;
    return builder.convNorm(value, `${path}.conv${i + 1}`, `${path}.bn${i + 1}`, spec, relu);
  }, input);
  const spec = { inChannels, outChannels, kernel: 1, stride };
  const shortcut = projection
    ? builder.convNorm(input, `${path}.downsample.0`, `${path}.downsample.1`, spec, false)
    : input;
  const sum = builder.plain("add", `${path}.add`, [residual, shortcut], outChannels);
  return builder.plain("relu", `${path}.relu`, [sum], outChannels);
}
