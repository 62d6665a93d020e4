/** The shared encoder, whatever its family; each family has a folder below `encoders`. */
import type { EncoderOptions } from "../config/model_options.ts";
import type { ParameterSpec } from "../nn/parameter_spec.ts";
import type { Value } from "../nn/tape.ts";
import { encodeLite } from "./encoders/efficientnet_lite/encode_lite.ts";
import { liteSpecs } from "./encoders/efficientnet_lite/lite_specs.ts";
import { planLite } from "./encoders/efficientnet_lite/plan_lite.ts";
import { encodeResnet } from "./encoders/resnet/encode_resnet.ts";
import { planBlocks } from "./encoders/resnet/plan_blocks.ts";
import { resnetSpecs } from "./encoders/resnet/resnet_specs.ts";
import type { ForwardPass } from "./forward_pass.ts";

export { POINTWISE } from "./encoders/pointwise.ts";

/**
 * Features of pictures.
 * @param x `[N, H, W, 3]`, normalized as the encoder's family wants it (`inputNormalization`)
 * Stem and blocks are segments of the tape: where it recomputes, only what they begin with is kept.
 * @returns Output of the last stage, `[N, H/s, W/s, C]` at output stride s, rounded up at each halving; stages are
 * observed as `feat_layer1`, `feat_layer2`, …
 */
export function encode(pass: ForwardPass, x: Value, options: EncoderOptions): Value {
  return options.family === "efficientnet-lite"
    ? encodeLite(pass, x, options)
    : encodeResnet(pass, x, options);
}

/** Parameters of the encoder, `backbone.*`. */
export function encoderSpecs(options: EncoderOptions): ParameterSpec[] {
  return options.family === "efficientnet-lite" ? liteSpecs(options) : resnetSpecs(options);
}

/**
 * Channels of the encoder's last feature map.
 * @throws {RangeError} If the options name no encoder that there is
 */
export function encoderChannels(options: EncoderOptions): number {
  const blocks = options.family === "efficientnet-lite" ? planLite(options) : planBlocks(options);
  return blocks.at(-1)!.at(-1)!.outputs;
}
