import type * as tf from "@tensorflow/tfjs-core";
import type { Recipe } from "../config/recipe.ts";
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

/**
 * A side with the images of all processes, so far as a mixture reads it; the tape owns what was made.
 * @param side This process's images
 */
export function gatherSide(
  tape: Tape,
  side: BatchSide,
  share: BatchShare,
  { mix, dec }: Pick<Recipe, "mix" | "dec">,
): BatchSide {
  const whole = (tensor: tf.Tensor) => tape.adopt(share.gatherTensor(tensor)).tensor;
  const atImages = mix.at === "images";
  const readsLabels = dec.loss === "ce" || mix.shape === "box";
  // of labeled images a box shows the labels
  const readsLogits = mix.shape === "blend" || side.labels === undefined;
  return {
    images: atImages ? whole(side.images) as tf.Tensor4D : side.images,
    branches: atImages
      ? side.branches
      : combineBranches([side.branches], ([part]) => share.gather(tape, part!)),
    logits: readsLogits ? share.gather(tape, side.logits) : side.logits,
    labels: side.labels !== undefined && readsLabels ? whole(side.labels) as LabelMap : side.labels,
  };
}
