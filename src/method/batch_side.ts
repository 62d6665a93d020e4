import type * as tf from "@tensorflow/tfjs-core";
import { type Branches, combineBranches } from "../model/branches.ts";
import type { Tape, Value } from "../nn/tape.ts";
import type { LabelMap } from "../nn/tensors.ts";
import type { BatchShare } from "./batch_share.ts";

/** One side of a mixture: images and what the network made of them. */
export interface BatchSide {
  /** `[N, H, W, 3]` */
  readonly images: tf.Tensor4D;
  /** ASPP branches. */
  readonly branches: Branches;
  /** Logits at feature size. */
  readonly logits: Value;
  /** `[N, H, W]`, for labeled images. */
  readonly labels?: LabelMap;
}

/** What of the images of other processes a mixture reads. */
export interface SideReads {
  readonly images: boolean;
  readonly branches: boolean;
  readonly labels: boolean;
  /** Whether the logits of a side are read. */
  logits(side: BatchSide): boolean;
}

/**
 * A side with the images of all processes, so far as a mixture reads it; the tape owns what was made.
 * @param side This process's images
 */
export function gatherSide(tape: Tape, side: BatchSide, share: BatchShare, reads: SideReads): BatchSide {
  const whole = (tensor: tf.Tensor) => tape.adopt(share.gatherTensor(tensor)).tensor;
  return {
    images: reads.images ? whole(side.images) as tf.Tensor4D : side.images,
    branches: reads.branches
      ? combineBranches([side.branches], ([part]) => share.gather(tape, part!))
      : side.branches,
    logits: reads.logits(side) ? share.gather(tape, side.logits) : side.logits,
    labels: side.labels !== undefined && reads.labels ? whole(side.labels) as LabelMap : side.labels,
  };
}
