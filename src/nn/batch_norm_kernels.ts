import type { AnyTensor } from "./tensors.ts";

/** Statistics of one batch, each `[C]`; the receiver disposes them. */
export interface BatchStatistics {
  /** Mean of each channel. */
  readonly mean: AnyTensor;
  /** With n / (n − 1), as PyTorch puts it into the running variance. */
  readonly variance: AnyTensor;
}

/** Statistics to move, each `[C]`; they stay the caller's. */
export interface RunningStatistics extends BatchStatistics {
  /** Share of the batch's statistics afterwards, in (0, 1). */
  readonly share: number;
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
  /**
   * As `forward`, with moved running statistics, (1 − share) · running + share · batch, in place of the batch's own.
   * Kernels without it have them moved by ops of their own.
   */
  forwardMoving?(
    x: AnyTensor,
    gamma: AnyTensor,
    beta: AnyTensor,
    epsilon: number,
    running: RunningStatistics,
  ): NormalizedBatch;
  /**
   * The output of `forward` once more, from what it saved: for kernels whose statistics cost more than a pass over `x`.
   * @param saved Stays the caller's
   */
  forwardAgain?(
    x: AnyTensor,
    gamma: AnyTensor,
    beta: AnyTensor,
    saved: readonly AnyTensor[],
    epsilon: number,
  ): AnyTensor;
  /** Gradients with respect to x, gamma and beta, from the output's and what `forward` saved. */
  gradient(
    dy: AnyTensor,
    x: AnyTensor,
    gamma: AnyTensor,
    saved: readonly AnyTensor[],
    epsilon: number,
  ): readonly [AnyTensor, AnyTensor, AnyTensor];
}
