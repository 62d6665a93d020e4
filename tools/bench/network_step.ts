/** Forward and backward of a network of the benchmark, from the mean square of its logits. */
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../../src/backends/native.ts";
import { TensorFunction } from "../../src/backends/tensorflow/function/tensor_function.ts";
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
export const NETWORKS: Readonly<Record<BenchEncoder, ModelOptions>> = {
  resnet50: { ...REST, encoder: RESNET50, decoder: ASPP512 },
  lite0: { ...REST, encoder: LITE_ENCODER, decoder: { ...LITE_NETWORK.decoder, dropout: 0 } },
};

/** How a step runs: op by op, or recorded as one TensorFlow function. */
export const ENGINES = ["eager", "function"] as const;

/** An engine's name. */
export type BenchEngine = (typeof ENGINES)[number];

/** A function that runs one step for a batch of random images of `size` × `size`; its results are freed. */
export function networkStep(
  encoder: BenchEncoder,
  batch: number,
  size: number,
  engine: BenchEngine = "eager",
): () => void {
  const network = new Network(NETWORKS[encoder], 1);
  const images = tf.randomNormal<tf.Rank.R4>([batch, size, size, 3]);
  return engine === "function" ? recordedStep(network, images) : () => tf.dispose(runStep(network, images));
}

/** The step as a function of images and parameters, whose results are the gradients and the moved statistics. */
function recordedStep(network: Network, images: FeatureMap): () => void {
  const { parameters } = network;
  const names = parameters.specs().map(({ name }) => name);
  const before = names.map((name) => tf.keep(tf.clone(parameters.tensor(name))));
  const statistics = parameters.specs().filter(({ kind }) => kind === "statistic").map(({ name }) => name);
  const step = new TensorFunction(nativeBackend()!, [images, ...before], () => [
    ...runStep(network, images),
    ...statistics.map((name) => parameters.tensor(name)),
  ]);
  return () => tf.dispose(step.call([images, ...before]));
}

/** @returns The gradients; the caller disposes them */
function runStep(network: Network, images: FeatureMap): tf.Tensor[] {
  const tape = new Tape();
  const pass = new ForwardPass(tape, network.parameters, { training: true });
  const [logits] = tape.scope(() => {
    const { encoder, decoder } = network.options;
    const features = encode(pass, tape.constant(images), encoder);
    return decodeBranches(pass, asppBranches(pass, features, decoder, [images.shape[0]]), decoder);
  });
  if (logits === undefined) throw new Error("Cannot run a step: no logits, expected one part");
  const gradient = tf.tidy(() => tf.mul(logits.tensor, 2 / logits.tensor.size));
  const gradients = [...tape.backwardFrom([[logits, gradient]]).values()];
  tape.dispose();
  return gradients;
}
