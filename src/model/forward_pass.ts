import type { RandomStream } from "../core/random.ts";
import {
  type Affine,
  batchNormEvaluation,
  batchNormRepeated,
  batchNormTraining,
  moveStatistics,
} from "../nn/batch_norm.ts";
import type { BatchNormKernels, BatchStatistics, RunningStatistics } from "../nn/batch_norm_kernels.ts";
import { convolution } from "../nn/convolution.ts";
import type { ConvolutionGeometry } from "../nn/convolution_geometry.ts";
import type { BatchRows } from "../nn/dropout.ts";
import type { ParameterStore } from "../nn/parameters.ts";
import { pooledConvolution, type PooledMaps } from "../nn/pooled_convolution.ts";
import type { Tape, Value } from "../nn/tape.ts";
import { relu } from "../nn/relu.ts";
import type { Varying } from "../nn/varying.ts";

/** Share of a batch's statistics in the running ones; PyTorch's default. */
export const RUNNING_MOMENTUM = 0.1;

/** How a pass runs. */
export interface ForwardOptions {
  /** Norms use and update batch statistics, dropout drops. */
  readonly training: boolean;
  /** Where dropout draws from; needed in training when a probability is above 0. */
  readonly random?: Varying<RandomStream>;
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

  /** Convolution by `<name>.weight`, without bias, over maps beside pooled channels: see `pooledConvolution`. */
  pooledConvolution(name: string, inputs: readonly PooledMaps[], geometry: ConvolutionGeometry): Value[] {
    return pooledConvolution(this.tape, inputs, this.parameter(`${name}.weight`), geometry);
  }

  /**
   * Batch norm by `<name>.weight`, `.bias`, `.running_mean`, `.running_var`, with a rectifier on request.
   * @param kernels In place of the backend's own, where the pass names none
   */
  norm(name: string, x: Value, rectified: boolean, kernels?: BatchNormKernels): Value {
    const affine: Affine = { gamma: this.parameter(`${name}.weight`), beta: this.parameter(`${name}.bias`) };
    const options = {
      relu: rectified,
      rectifier: name,
      name: `"${name}"`,
      kernels: this.options.normKernels ?? kernels,
    };
    const running = this.#running(name);
    if (!this.options.training) {
      return batchNormEvaluation(this.tape, x, affine, running.mean, running.variance, options);
    }
    if (this.tape.repeating) return batchNormRepeated(this.tape, x, affine, options);
    if (this.options.replayed?.(name)) {
      const { output, statistics } = batchNormTraining(this.tape, x, affine, options);
      this.#kept.push({ norm: name, statistics });
      this.#put(name, moveStatistics(running, statistics));
      return output;
    }
    const { output, statistics } = batchNormTraining(this.tape, x, affine, { ...options, running });
    this.#put(name, statistics);
    return output;
  }

  /** Convolution, norm and rectifier, as a backbone names them. */
  convolutionNorm(convolution: string, norm: string, x: Value, geometry: ConvolutionGeometry): Value {
    return this.tape.scope(() => this.norm(norm, this.convolution(convolution, x, geometry), true));
  }

  /**
   * Convolution `<name>.conv`, then norm `<name>.bn` where there is one, then a rectifier: mmcv's ConvModule.
   * @param kernels As for `norm`
   */
  module(
    name: string,
    x: Value,
    geometry: ConvolutionGeometry,
    rectified = true,
    kernels?: BatchNormKernels,
  ): Value {
    return this.tape.scope(() => {
      const map = this.convolution(`${name}.conv`, x, geometry);
      if (this.parameters.has(`${name}.bn.weight`)) return this.norm(`${name}.bn`, map, rectified, kernels);
      return rectified ? relu(this.tape, map, name) : map;
    });
  }

  /** Makes the kept updates of the running statistics once more, in their order. */
  replayStatistics(): void {
    for (const { norm, statistics } of this.#kept) {
      this.#put(norm, moveStatistics(this.#running(norm), statistics));
    }
    this.dispose();
  }

  /** Frees what was kept for a replay. */
  dispose(): void {
    for (const { statistics } of this.#kept) disposeStatistics(statistics);
    this.#kept = [];
  }

  #running(norm: string): RunningStatistics {
    return {
      mean: this.parameters.tensor(`${norm}.running_mean`),
      variance: this.parameters.tensor(`${norm}.running_var`),
      share: RUNNING_MOMENTUM,
    };
  }

  /** Puts moved running statistics in place of the ones before. */
  #put(norm: string, { mean, variance }: BatchStatistics): void {
    this.parameters.replace(`${norm}.running_mean`, mean);
    this.parameters.replace(`${norm}.running_var`, variance);
    this.parameters.count(`${norm}.num_batches_tracked`);
  }
}
