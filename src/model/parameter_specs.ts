import type { DecoderOptions, MitransOptions, ModelOptions } from "../config/model_options.ts";
import type { ParameterSpec } from "../nn/parameter_spec.ts";
import { auxiliarySpecs } from "./auxiliary_decoders.ts";
import { encoderChannels, encoderSpecs } from "./encoder.ts";
import { convolutionSpec, normSpecs, vector } from "./layer_specs.ts";
import { thresholdSpecs } from "./moving_thresholds.ts";

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
    ...auxiliarySpecs(options),
    ...thresholdSpecs(options),
  ];
}
