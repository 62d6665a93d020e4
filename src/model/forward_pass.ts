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
import { depthwiseConvolution } from "../nn/depthwise.ts";
import { padSame } from "../nn/pad_same.ts";
import type { SameGeometry } from "../nn/depthwise_geometry.ts";
import type { ConvolutionGeometry } from "../nn/convolution_geometry.ts";
import type { BatchRows } from "../nn/dropout.ts";
import type { ParameterStore } from "../nn/parameters.ts";
import { pooledConvolution, type PooledMaps } from "../nn/pooled_convolution.ts";
import type { Tape, Value } from "../nn/tape.ts";
import { type Rectifier, relu } from "../nn/relu.ts";
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
  /** Norms that stay as in evaluation, without gradients of their own. */
  readonly frozen?: (norm: string) => boolean;
  /** Norms whose updates are kept for `replayStatistics`. */
  readonly replayed?: (norm: string) => boolean;
}

/** How a norm differs from PyTorch's defaults. */
export interface NormOptions {
  /** In place of the backend's own, where the pass names none. */
  readonly kernels?: BatchNormKernels;
  /** Added to the variance under the root; default 1e-5. */
  readonly epsilon?: number;
  /** Share of a batch's statistics in the running ones; default {@linkcode RUNNING_MOMENTUM}. */
  readonly share?: number;
}

interface Update {
  readonly norm: string;
  readonly share?: number;
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

  /** Convolution by `<name>.weight`, without bias, with TensorFlow's SAME padding. */
  sameConvolution(name: string, x: Value, geometry: SameGeometry): Value {
    const weights = this.parameter(`${name}.weight`);
    return this.tape.scope(() => {
      const padded = padSame(this.tape, x, weights.shape[0]!, geometry);
      return convolution(this.tape, padded, weights, { ...geometry, padding: 0 });
    });
  }

  /** Depthwise convolution by `<name>.weight`, with TensorFlow's SAME padding. */
  depthwise(name: string, x: Value, geometry: SameGeometry): Value {
    return depthwiseConvolution(this.tape, x, this.parameter(`${name}.weight`), geometry);
  }

  /** Convolution by `<name>.weight`, without bias, over maps beside pooled channels: see `pooledConvolution`. */
  pooledConvolution(name: string, inputs: readonly PooledMaps[], geometry: ConvolutionGeometry): Value[] {
    return pooledConvolution(this.tape, inputs, this.parameter(`${name}.weight`), geometry);
  }

  /** Batch norm by `<name>.weight`, `.bias`, `.running_mean`, `.running_var`, with a rectifier on request. */
  norm(name: string, x: Value, rectifier: Rectifier, differing: NormOptions = {}): Value {
    const affine: Affine = { gamma: this.parameter(`${name}.weight`), beta: this.parameter(`${name}.bias`) };
    const { kernels, epsilon, share } = differing;
    const options = {
      relu: rectifier,
      rectifier: name,
      epsilon,
      name: `"${name}"`,
      kernels: this.options.normKernels ?? kernels,
    };
    const running = this.#running(name, share);
    if (!this.options.training || this.options.frozen?.(name)) {
      return batchNormEvaluation(this.tape, x, affine, running.mean, running.variance, options);
    }
    if (this.tape.repeating) return batchNormRepeated(this.tape, x, affine, options);
    if (this.options.replayed?.(name)) {
      const { output, statistics } = batchNormTraining(this.tape, x, affine, options);
      this.#kept.push({ norm: name, share, statistics });
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
   * @param kernels Of the norm, in place of the backend's own, where the pass names none
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
      if (this.parameters.has(`${name}.bn.weight`)) {
        return this.norm(`${name}.bn`, map, rectified, { kernels });
      }
      return rectified ? relu(this.tape, map, name) : map;
    });
  }

  /** Makes the kept updates of the running statistics once more, in their order. */
  replayStatistics(): void {
    for (const { norm, share, statistics } of this.#kept) {
      this.#put(norm, moveStatistics(this.#running(norm, share), statistics));
    }
    this.dispose();
  }

  /** Frees what was kept for a replay. */
  dispose(): void {
    for (const { statistics } of this.#kept) disposeStatistics(statistics);
    this.#kept = [];
  }

  #running(norm: string, share = RUNNING_MOMENTUM): RunningStatistics {
    return {
      mean: this.parameters.tensor(`${norm}.running_mean`),
      variance: this.parameters.tensor(`${norm}.running_var`),
      share,
    };
  }

  /** Puts moved running statistics in place of the ones before. */
  #put(norm: string, { mean, variance }: BatchStatistics): void {
    this.parameters.replace(`${norm}.running_mean`, mean);
    this.parameters.replace(`${norm}.running_var`, variance);
    this.parameters.count(`${norm}.num_batches_tracked`);
  }
}
