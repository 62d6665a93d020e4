import type {
  DecoderOptions,
  EncoderOptions,
  MitransOptions,
  ModelOptions,
} from "../config/model_options.ts";
import type { Initial, ParameterSpec } from "../nn/parameters.ts";
import { type BlockPlan, encoderChannels, hasBottlenecks, planBlocks } from "./encoder_plan.ts";

/** Start value of a norm's scale. */
type Scale = 0 | 1;

function convolutionSpec(
  name: string,
  kernel: number,
  inputs: number,
  outputs: number,
  initial: Initial = "kaiming",
): ParameterSpec {
  return { name: `${name}.weight`, kind: "convolution", shape: [kernel, kernel, inputs, outputs], initial };
}

function vector(name: string, length: number, initial: Initial): ParameterSpec {
  return { name, kind: "vector", shape: [length], initial };
}

function normSpecs(name: string, channels: number, scale: Scale = 1): ParameterSpec[] {
  return [
    vector(`${name}.weight`, channels, scale),
    vector(`${name}.bias`, channels, 0),
    { name: `${name}.running_mean`, kind: "statistic", shape: [channels], initial: 0 },
    { name: `${name}.running_var`, kind: "statistic", shape: [channels], initial: 1 },
    { name: `${name}.num_batches_tracked`, kind: "counter", shape: [], initial: 0 },
  ];
}

/** Stem names: V1c's three convolutions stand in a sequence, V1's one does not. */
function stemSpecs({ stem, stemChannels: channels }: EncoderOptions): ParameterSpec[] {
  if (stem === "v1") {
    return [convolutionSpec("backbone.conv1", 7, 3, channels), ...normSpecs("backbone.bn1", channels)];
  }
  const half = channels / 2;
  return [
    convolutionSpec("backbone.stem.0", 3, 3, half),
    ...normSpecs("backbone.stem.1", half),
    convolutionSpec("backbone.stem.3", 3, half, half),
    ...normSpecs("backbone.stem.4", half),
    convolutionSpec("backbone.stem.6", 3, half, channels),
    ...normSpecs("backbone.stem.7", channels),
  ];
}

/** The last norm of a block starts at 0, as mmseg's `zero_init_residual`. */
function blockSpecs(block: BlockPlan, bottleneck: boolean): ParameterSpec[] {
  const name = `backbone.${block.name}`;
  const { inputs, width, outputs } = block;
  const projection = block.projection
    ? [
      convolutionSpec(`${name}.downsample.0`, 1, inputs, outputs),
      ...normSpecs(`${name}.downsample.1`, outputs),
    ]
    : [];
  const inside = bottleneck
    ? [
      convolutionSpec(`${name}.conv1`, 1, inputs, width),
      ...normSpecs(`${name}.bn1`, width),
      convolutionSpec(`${name}.conv2`, 3, width, width),
      ...normSpecs(`${name}.bn2`, width),
      convolutionSpec(`${name}.conv3`, 1, width, outputs),
      ...normSpecs(`${name}.bn3`, outputs, 0),
    ]
    : [
      convolutionSpec(`${name}.conv1`, 3, inputs, width),
      ...normSpecs(`${name}.bn1`, width),
      convolutionSpec(`${name}.conv2`, 3, width, width),
      ...normSpecs(`${name}.bn2`, width, 0),
    ];
  return [...inside, ...projection];
}

/** Parameters of the encoder, `backbone.*`. */
export function encoderSpecs(options: EncoderOptions): ParameterSpec[] {
  const bottleneck = hasBottlenecks(options.depth);
  return [
    ...stemSpecs(options),
    ...planBlocks(options).flat().flatMap((block) => blockSpecs(block, bottleneck)),
  ];
}

/** A convolution with norm, or with bias where there is no norm: mmcv's ConvModule. */
function moduleSpecs(
  name: string,
  kernel: number,
  inputs: number,
  outputs: number,
  norm = true,
): ParameterSpec[] {
  const convolution = convolutionSpec(`${name}.conv`, kernel, inputs, outputs);
  return [
    convolution,
    ...(norm ? normSpecs(`${name}.bn`, outputs) : [vector(`${name}.conv.bias`, outputs, 0)]),
  ];
}

function classifierSpecs(name: string, channels: number, classes: number): ParameterSpec[] {
  return [
    convolutionSpec(`${name}.conv_seg`, 1, channels, classes, { normal: 0.01 }),
    vector(`${name}.conv_seg.bias`, classes, 0),
  ];
}

/** Channels of the concatenated ASPP branches. */
export function concatenatedChannels(decoder: DecoderOptions): number {
  return decoder.channels * (decoder.dilations.length + 1);
}

/** Parameters of the labeled decoder, `decode_head.*`. */
export function decoderSpecs(options: DecoderOptions, inputs: number, classes: number): ParameterSpec[] {
  const { channels, dilations } = options;
  return [
    ...moduleSpecs("decode_head.image_pool.1", 1, inputs, channels),
    ...dilations.flatMap((dilation, i) =>
      moduleSpecs(`decode_head.aspp_modules.${i}`, dilation === 1 ? 1 : 3, inputs, channels)
    ),
    ...moduleSpecs("decode_head.bottleneck", 3, concatenatedChannels(options), channels),
    ...classifierSpecs("decode_head", channels, classes),
  ];
}

/** Parameters of MITrans, `mitrans.*`; `inputs` is the width of the concatenated branches. */
export function mitransSpecs(options: MitransOptions, inputs: number): ParameterSpec[] {
  const { channels, norm } = options;
  const half = Math.floor(channels / 2);
  const embedding = (part: string) => [
    convolutionSpec(`mitrans.nl_block.${part}.conv`, 1, channels, half, { normal: 0.01 }),
    vector(`mitrans.nl_block.${part}.conv.bias`, half, 0),
  ];
  return [
    ...moduleSpecs("mitrans.convs.0", 3, inputs, channels, norm),
    ...moduleSpecs("mitrans.convs.1", 3, channels, channels, norm),
    ...(options.concatInput ? moduleSpecs("mitrans.conv_cat", 3, inputs + channels, channels, norm) : []),
    ...["g", "theta", "phi"].flatMap(embedding),
    convolutionSpec("mitrans.nl_block.conv_out.conv", 1, half, channels, norm ? "kaiming" : 0),
    ...(norm
      ? normSpecs("mitrans.nl_block.conv_out.bn", channels, 0)
      : [vector("mitrans.nl_block.conv_out.conv.bias", channels, 0)]),
  ];
}

/** Parameters of the mix decoder that take part: `decode_head_mix.bottleneck.*` and `conv_seg.*`. */
export function mixDecoderSpecs(options: ModelOptions): ParameterSpec[] {
  const inputs = options.mitrans ? options.mitrans.channels : concatenatedChannels(options.decoder);
  return [
    ...moduleSpecs("decode_head_mix.bottleneck", 3, inputs, options.decoder.channels),
    ...classifierSpecs("decode_head_mix", options.decoder.channels, options.classes),
  ];
}

/** All parameters of a network. */
export function parameterSpecs(options: ModelOptions): ParameterSpec[] {
  const features = encoderChannels(options.encoder);
  const { classes } = options;
  return [
    ...encoderSpecs(options.encoder),
    ...decoderSpecs(options.decoder, features, classes),
    ...(options.mixDecoder ? mixDecoderSpecs(options) : []),
    ...(options.mitrans ? mitransSpecs(options.mitrans, concatenatedChannels(options.decoder)) : []),
    ...(options.classifier
      ? [
        {
          name: "classifier.weight",
          kind: "linear",
          shape: [features, classes],
          initial: { normal: 0.01 },
        } as const,
        vector("classifier.bias", classes, 0),
      ]
      : []),
  ];
}
