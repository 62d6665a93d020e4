import type { EncoderOptions } from "../config/model_options.ts";
import { encoderChannels } from "../model/encoder.ts";
import type { GraphBuilder } from "./graph_builder.ts";
import { addLite } from "./lite_graph.ts";
import { addResnet } from "./resnet_graph.ts";

/** A value and its channels. */
export interface Feature {
  /** Name of the value. */
  readonly value: string;
  /** Number of channels. */
  readonly channels: number;
}

/**
 * Adds the encoder.
 * @param input Name of the normalized picture's value
 */
export function addEncoder(builder: GraphBuilder, input: string, options: EncoderOptions): Feature {
  const value = options.family === "efficientnet-lite"
    ? addLite(builder, input, options)
    : addResnet(builder, input, options);
  return { value, channels: encoderChannels(options) };
}
