import * as tf from "@tensorflow/tfjs-core";
import type { ModelOptions } from "../config/model_options.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import { ParameterStore } from "../nn/parameters.ts";
import { resizeTensor } from "../nn/pool_and_resize.ts";
import type { ConvolutionPrecision } from "../nn/precision.ts";
import { Tape } from "../nn/tape.ts";
import type { FeatureMap } from "../nn/tensors.ts";
import { checkModelOptions } from "./check_options.ts";
import { asppBranches, decodeBranches } from "./decoder.ts";
import { encode } from "./encoder.ts";
import { ForwardPass } from "./forward_pass.ts";
import { THRESHOLD_PREFIX } from "./moving_thresholds.ts";
import { parameterSpecs } from "./parameter_specs.ts";
import { RecordedLogits } from "./recorded_logits.ts";

/** Parts that exist in training only, by the prefix of their parameters. */
export const TRAINING_ONLY_PREFIXES = [
  "decode_head_mix.",
  "mitrans.",
  "classifier.",
  "aux_decoders.",
  THRESHOLD_PREFIX,
] as const;

/** A segmentation network with its parameters on the current backend. Dispose it when done. */
export class Network {
  /** Parameters and running statistics by their state_dict names. */
  readonly parameters: ParameterStore;
  #recorded: RecordedLogits | undefined;
  #records = true;

  /**
   * A network with start values.
   * @param options What the network is made of
   * @param seed For the start values
   * @throws {RangeError} If the options do not fit each other
   */
  constructor(readonly options: ModelOptions, seed: number) {
    checkModelOptions(options);
    this.parameters = new ParameterStore(parameterSpecs(options), seed);
  }

  /**
   * Whether inference on backend `tensorflow` is recorded as a function for each shape that comes again (the default), or
   * runs op by op.
   */
  recordInference(records: boolean): void {
    this.#records = records;
    if (!records) this.#forget();
  }

  /**
   * Logits at feature size, as at inference: encoder and labeled decoder with running statistics.
   * @param images `[N, H, W, 3]`, normalized; stays the caller's
   * @param precision Of convolutions; evaluation and prediction use float32
   * @returns `[N, h, w, K]`; the caller disposes it
   */
  featureLogits(images: FeatureMap, precision: ConvolutionPrecision = "float32"): FeatureMap {
    return this.#run(images, `small ${precision}`, () => this.#featureLogits(images, precision));
  }

  #run(images: FeatureMap, key: string, f: () => FeatureMap): FeatureMap {
    if (!this.#records) return f();
    this.#recorded ??= new RecordedLogits(this.parameters, this.#inferenceNames());
    return this.#recorded.run(images, key, f);
  }

  #inferenceNames(): string[] {
    return this.parameters.specs().map(({ name }) => name)
      .filter((name) => !TRAINING_ONLY_PREFIXES.some((prefix) => name.startsWith(prefix)));
  }

  #forget(): void {
    this.#recorded?.dispose();
    this.#recorded = undefined;
  }

  #featureLogits(images: FeatureMap, precision: ConvolutionPrecision): FeatureMap {
    const tape = new Tape({ recording: false, precision });
    try {
      const pass = new ForwardPass(tape, this.parameters, { training: false });
      const { encoder, decoder } = this.options;
      const [logits] = tape.scope(() => {
        const features = encode(pass, tape.constant(images), encoder);
        return decodeBranches(pass, asppBranches(pass, features, decoder, [images.shape[0]]), decoder);
      });
      return tf.clone(logits!.tensor) as FeatureMap;
    } finally {
      tape.dispose();
    }
  }

  /**
   * Logits at the images' own size.
   * @param images `[N, H, W, 3]`, normalized; stays the caller's
   * @param precision Of convolutions; evaluation and prediction use float32
   * @returns `[N, H, W, K]`; the caller disposes it
   */
  logits(images: FeatureMap, precision: ConvolutionPrecision = "float32"): FeatureMap {
    return this.#run(images, `whole ${precision}`, () => {
      const small = this.#featureLogits(images, precision);
      const [, height, width] = images.shape;
      const logits = resizeTensor(small, height, width, this.options.decoder.alignCorners);
      small.dispose();
      return logits as FeatureMap;
    });
  }

  /**
   * The encoder's last feature map, as at inference, with running statistics.
   * @param images `[N, H, W, 3]`, normalized; stays the caller's
   * @returns `[N, h, w, C]`; the caller disposes it
   */
  features(images: FeatureMap): FeatureMap {
    return this.#run(images, "features", () => {
      const tape = new Tape({ recording: false });
      try {
        const pass = new ForwardPass(tape, this.parameters, { training: false });
        const [features] = tape.scope(() => [encode(pass, tape.constant(images), this.options.encoder)]);
        return tf.clone(features!.tensor) as FeatureMap;
      } finally {
        tape.dispose();
      }
    });
  }

  /** Copies all parameters out, by their names in the official state_dict, in the layout of files. */
  export(): Promise<Map<string, StoredTensor>> {
    return this.parameters.export();
  }

  /** Removes what only training needs. @returns The number of tensors removed */
  removeTrainingParts(): number {
    return TRAINING_ONLY_PREFIXES.reduce((sum, prefix) => sum + this.parameters.remove(prefix), 0);
  }

  /** Frees the parameters. */
  dispose(): void {
    this.#forget();
    this.parameters.dispose();
  }
}
