import * as tf from "@tensorflow/tfjs-core";
import type { RandomStream } from "../core/random.ts";
import { type Affine, batchNormEvaluation, batchNormTraining } from "../nn/batch_norm.ts";
import type { BatchNormKernels, BatchStatistics } from "../nn/batch_norm_kernels.ts";
import { convolution } from "../nn/convolution.ts";
import type { ConvolutionGeometry } from "../nn/convolution_geometry.ts";
import type { BatchRows } from "../nn/dropout.ts";
import type { ParameterStore } from "../nn/parameters.ts";
import type { Tape, Value } from "../nn/tape.ts";
import { relu } from "../nn/relu.ts";

/** Share of a batch's statistics in the running ones; PyTorch's default. */
export const RUNNING_MOMENTUM = 0.1;

/** How a pass runs. */
export interface ForwardOptions {
  /** Norms use and update batch statistics, dropout drops. */
  readonly training: boolean;
  /** Where dropout draws from; needed in training when a probability is above 0. */
  readonly random?: RandomStream;
  /** Batch norm kernels other than the backend's own. */
  readonly normKernels?: BatchNormKernels;
  /** Where the rows of a decoder's batch stand in the whole one, if other processes hold more of it. */
  readonly rows?: (decoder: "decode_head" | "decode_head_mix", count: number) => BatchRows;
  /** Norms whose updates are kept for `replayStatistics`. */
  readonly replayed?: (norm: string) => boolean;
}

interface Update {
  readonly norm: string;
  readonly statistics: BatchStatistics;
}

function disposeStatistics({ mean, variance }: BatchStatistics): void {
  mean.dispose();
  variance.dispose();
}

/** One pass through a network: its parameters on a tape, and the norms' running statistics. Dispose it after use. */
export class ForwardPass {
  #kept: Update[] = [];

  constructor(
    readonly tape: Tape,
    readonly parameters: ParameterStore,
    readonly options: ForwardOptions,
  ) {}

  /** A parameter on the tape. */
  parameter(name: string): Value {
    return this.tape.parameter(this.parameters.tensor(name));
  }

  /** Convolution by `<name>.weight`, and `<name>.bias` where there is one. */
  convolution(name: string, x: Value, geometry: ConvolutionGeometry): Value {
    const bias = this.parameters.has(`${name}.bias`) ? this.parameter(`${name}.bias`) : undefined;
    return convolution(this.tape, x, this.parameter(`${name}.weight`), geometry, bias);
  }

  /** Batch norm by `<name>.weight`, `.bias`, `.running_mean`, `.running_var`, with a rectifier on request. */
  norm(name: string, x: Value, rectified: boolean): Value {
    const affine: Affine = { gamma: this.parameter(`${name}.weight`), beta: this.parameter(`${name}.bias`) };
    const options = { relu: rectified, name: `"${name}"`, kernels: this.options.normKernels };
    if (!this.options.training) {
      const mean = this.parameters.tensor(`${name}.running_mean`);
      const variance = this.parameters.tensor(`${name}.running_var`);
      return batchNormEvaluation(this.tape, x, affine, mean, variance, options);
    }
    const { output, statistics } = batchNormTraining(this.tape, x, affine, options);
    this.#update({ norm: name, statistics });
    return output;
  }

  /** Convolution, norm and rectifier, as a backbone names them. */
  convolutionNorm(convolution: string, norm: string, x: Value, geometry: ConvolutionGeometry): Value {
    return this.tape.scope(() => this.norm(norm, this.convolution(convolution, x, geometry), true));
  }

  /** Convolution `<name>.conv`, then norm `<name>.bn` where there is one, then a rectifier: mmcv's ConvModule. */
  module(name: string, x: Value, geometry: ConvolutionGeometry, rectified = true): Value {
    return this.tape.scope(() => {
      const map = this.convolution(`${name}.conv`, x, geometry);
      if (this.parameters.has(`${name}.bn.weight`)) return this.norm(`${name}.bn`, map, rectified);
      return rectified ? relu(this.tape, map) : map;
    });
  }

  /** Makes the kept updates of the running statistics once more, in their order. */
  replayStatistics(): void {
    for (const update of this.#kept) this.#move(update);
    this.dispose();
  }

  /** Frees what was kept for a replay. */
  dispose(): void {
    for (const { statistics } of this.#kept) disposeStatistics(statistics);
    this.#kept = [];
  }

  #update(update: Update): void {
    this.#move(update);
    if (this.options.replayed?.(update.norm)) this.#kept.push(update);
    else disposeStatistics(update.statistics);
  }

  /** running ← (1 − 0.1) · running + 0.1 · batch */
  #move({ norm, statistics }: Update): void {
    const { parameters } = this;
    for (
      const [name, batch] of [["running_mean", statistics.mean], [
        "running_var",
        statistics.variance,
      ]] as const
    ) {
      const key = `${norm}.${name}`;
      const moved = tf.tidy(() =>
        tf.add(tf.mul(parameters.tensor(key), 1 - RUNNING_MOMENTUM), tf.mul(batch, RUNNING_MOMENTUM))
      );
      parameters.replace(key, moved);
    }
    parameters.count(`${norm}.num_batches_tracked`);
  }
}
