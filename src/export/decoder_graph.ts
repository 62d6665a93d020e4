import type { DecoderOptions } from "../config/model_options.ts";
import type { Feature } from "./encoder_graph.ts";
import type { GraphBuilder } from "./graph_builder.ts";

/**
 * Adds the labeled decoder: ASPP with the pooled branch first, bottleneck, classifier. Dropout is the identity here.
 * @returns Name of the logits at feature size
 */
export function addDecoder(
  builder: GraphBuilder,
  input: Feature,
  options: DecoderOptions,
  classes: number,
): string {
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
 * A `[N, C, 1, 1]` value over the whole map, as its bilinear resize is: a map of ones (a depthwise convolution of zero
 * weights and bias 1) times the value, broadcast. Works for any input size and asks for no operation that reads shapes.
 * A sum with a map of zeros would do too, but OpenCV 5 takes a sum behind a convolution for a residual and refuses it.
 */
function spread(builder: GraphBuilder, pooled: string, like: string, channels: number): string {
  const name = "decode_head.image_pool.ones";
  const ones = builder.add({
    op: "conv",
    name,
    inputs: [like],
    channels,
    weight: { name: `${name}.weight`, shape: [channels, 1, 1, 1], data: new Float32Array(channels) },
    bias: { name: `${name}.bias`, shape: [channels], data: new Float32Array(channels).fill(1) },
    stride: 1,
    padding: 0,
    dilation: 1,
    groups: channels,
  });
  return builder.plain("multiply", "decode_head.image_pool.map", [ones, pooled], channels);
}
