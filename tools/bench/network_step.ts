/** Forward and backward of a network of the benchmark, from the mean square of its logits. */
import * as tf from "@tensorflow/tfjs-core";
import type { DecoderOptions, EncoderOptions, ModelOptions } from "../../src/config/model_options.ts";
import { LITE_ENCODER, LITE_NETWORK } from "../../src/config/presets/small_network.ts";
import type { BenchEncoder } from "./convolution_cases.ts";
import { asppBranches, decodeBranches } from "../../src/model/decoder.ts";
import { encode } from "../../src/model/encoder.ts";
import { ForwardPass } from "../../src/model/forward_pass.ts";
import { Network } from "../../src/model/network.ts";
import { Tape } from "../../src/nn/tape.ts";
import type { FeatureMap } from "../../src/nn/tensors.ts";

/** The encoder of the official configuration, at depth 50. */
export const RESNET50: EncoderOptions = {
  depth: 50,
  stem: "v1c",
  stemChannels: 64,
  baseChannels: 64,
  outputStride: 8,
  contractDilation: true,
};

/** The decoder of the official configuration, without dropout. */
export const ASPP512: DecoderOptions = {
  channels: 512,
  dilations: [1, 12, 24, 36],
  dropout: 0,
  alignCorners: false,
};

const REST = { classes: 21, mixDecoder: false, mitrans: false, classifier: false } as const;

/** The networks: ResNet-50 V1c with ASPP 512, EfficientNet-Lite0 with the ASPP of preset `own`, without dropout. */
const NETWORKS: Readonly<Record<BenchEncoder, ModelOptions>> = {
  resnet50: { ...REST, encoder: RESNET50, decoder: ASPP512 },
  lite0: { ...REST, encoder: LITE_ENCODER, decoder: { ...LITE_NETWORK.decoder, dropout: 0 } },
};

/** A function that runs one step for a batch of random images of `size` × `size`; its results are freed. */
export function networkStep(encoder: BenchEncoder, batch: number, size: number): () => void {
  const network = new Network(NETWORKS[encoder], 1);
  const images = tf.randomNormal<tf.Rank.R4>([batch, size, size, 3]);
  return () => runStep(network, images);
}

function runStep(network: Network, images: FeatureMap): void {
  const tape = new Tape();
  const pass = new ForwardPass(tape, network.parameters, { training: true });
  const [logits] = tape.scope(() => {
    const { encoder, decoder } = network.options;
    const features = encode(pass, tape.constant(images), encoder);
    return decodeBranches(pass, asppBranches(pass, features, decoder, [images.shape[0]]), decoder);
  });
  if (logits === undefined) throw new Error("Cannot run a step: no logits, expected one part");
  const gradient = tf.tidy(() => tf.mul(logits.tensor, 2 / logits.tensor.size));
  for (const tensor of tape.backwardFrom([[logits, gradient]]).values()) tensor.dispose();
  tape.dispose();
}
