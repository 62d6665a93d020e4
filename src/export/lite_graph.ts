import type { EfficientNetLiteOptions } from "../config/model_options.ts";
import { LITE_EPSILON } from "../model/encoders/efficientnet_lite/encode_lite.ts";
import {
  LITE_STEM_CHANNELS,
  type LiteBlock,
  planLite,
} from "../model/encoders/efficientnet_lite/plan_lite.ts";
import type { GraphBuilder } from "./graph_builder.ts";

const NORM = { epsilon: LITE_EPSILON } as const;

/**
 * Adds an EfficientNet-Lite: stem and inverted bottlenecks.
 * @param input Name of the normalized picture's value
 * @returns Name of the last stage's value
 */
export function addLite(builder: GraphBuilder, input: string, options: EfficientNetLiteOptions): string {
  const stem = { inChannels: 3, outChannels: LITE_STEM_CHANNELS, kernel: 3, stride: 2, sameAt: 1, ...NORM };
  let value = builder.convNorm(input, "backbone._conv_stem", "backbone._bn0", stem, "relu6");
  let inputStride = 2;
  for (const block of planLite(options).flat()) {
    value = addBlock(builder, value, block, inputStride);
    inputStride *= block.stride;
  }
  return value;
}

function addBlock(builder: GraphBuilder, input: string, block: LiteBlock, sameAt: number): string {
  const { inputs, expanded, outputs, kernel, stride, dilation } = block;
  const path = `backbone.${block.name}`;
  const pointwise = (inChannels: number, outChannels: number) => ({
    inChannels,
    outChannels,
    kernel: 1,
    ...NORM,
  });
  const wide = expanded === inputs
    ? input
    : builder.convNorm(input, `${path}._expand_conv`, `${path}._bn0`, pointwise(inputs, expanded), "relu6");
  const around = { kernel, stride, dilation, sameAt, depthwise: true, ...NORM };
  const channels = { inChannels: expanded, outChannels: expanded };
  const seen = builder.convNorm(
    wide,
    `${path}._depthwise_conv`,
    `${path}._bn1`,
    { ...channels, ...around },
    "relu6",
  );
  const last = pointwise(expanded, outputs);
  const map = builder.convNorm(seen, `${path}._project_conv`, `${path}._bn2`, last, false);
  return block.residual ? builder.plain("add", `${path}.add`, [map, input], outputs) : map;
}
