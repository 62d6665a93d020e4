import type { AnyTensor } from "./tensors.ts";

/** Statistics of one batch, each `[C]`; the receiver disposes them. */
export interface BatchStatistics {
  /** Mean of each channel. */
  readonly mean: AnyTensor;
  /** With n / (n − 1), as PyTorch puts it into the running variance. */
  readonly variance: AnyTensor;
}

/** What the training forward hands over. */
export interface NormalizedBatch extends BatchStatistics {
  /** `[N, H, W, C]` */
  readonly output: AnyTensor;
  /** What `gradient` needs besides x, gamma and dy. */
  readonly saved: readonly AnyTensor[];
}

/** Batch norm in training, both directions; every tensor returned is new. */
export interface BatchNormKernels {
  /** Processes whose values are normalized together; each holds equally many. Default 1. */
  readonly processes?: number;
  /** Normalizes `x` `[N, H, W, C]` by its own statistics, then scales by `gamma` and shifts by `beta`, each `[C]`. */
  forward(x: AnyTensor, gamma: AnyTensor, beta: AnyTensor, epsilon: number): NormalizedBatch;
  /** Gradients with respect to x, gamma and beta, from the output's and what `forward` saved. */
  gradient(
    dy: AnyTensor,
    x: AnyTensor,
    gamma: AnyTensor,
    saved: readonly AnyTensor[],
    epsilon: number,
  ): readonly [AnyTensor, AnyTensor, AnyTensor];
}
