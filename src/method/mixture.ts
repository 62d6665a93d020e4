/** Which images of a step are mixed with each other, where one process trains and where several do. */
import * as tf from "@tensorflow/tfjs-core";
import type { PairOptions } from "../config/objectives/parts.ts";
import type { Branches } from "../model/branches.ts";
import type { Tape, Value } from "../nn/tape.ts";
import { type BatchShare, localPairs, ownPairs } from "./batch_share.ts";
import { type BatchSide, gatherSide, type SideReads } from "./batch_side.ts";
import { derive, isIndexTensor, valueNow } from "../nn/varying.ts";
import { nearestIndices } from "./nearest_indices.ts";
import { type ChosenPairs, nearestPairs, type Pairs, type PooledFeatures } from "./pairing.ts";
import type { StepBatch } from "./step_batch.ts";
import type { VaryingDraws } from "./step_draws.ts";

/** A batch with what the network made of it; labeled first, unlabeled second. */
export interface MadeBatch {
  /** Where it was made. */
  readonly tape: Tape;
  /** The images. */
  readonly batch: StepBatch;
  /** Encoder features. */
  readonly features: readonly Value[];
  /** ASPP branches. */
  readonly branches: readonly Branches[];
  /** M_l and M_u. */
  readonly logits: readonly Value[];
  /** The random part. */
  readonly draws: VaryingDraws;
  /** Part of the whole batch that this process holds. */
  readonly share?: BatchShare;
  /** How pairs are chosen. */
  readonly pair: PairOptions;
  /** What of images of other processes is read. */
  readonly reads: SideReads;
}

/** Pooled features of the images of all processes. */
function pooled(features: Value, share: BatchShare): PooledFeatures {
  const all = tf.tidy(() => share.gatherTensor(tf.mean(features.tensor, [1, 2])));
  const values = all.dataSync() as Float32Array;
  const count = all.shape[0]!;
  all.dispose();
  return { values, count };
}

export type { SideReads };

/** What is mixed with what. */
export interface Mixture {
  /** Indices into `first` and `second`. */
  readonly pairs: ChosenPairs;
  /** The labeled images. */
  readonly first: BatchSide;
  /** The unlabeled images. */
  readonly second: BatchSide;
}

/** The sides of a step's mixtures: own images, and those of all processes where partners may be anywhere. */
export interface Sides {
  /** Own labeled images. */
  readonly labeled: BatchSide;
  /** Own unlabeled images. */
  readonly unlabeled: BatchSide;
  /** The labeled images of all processes. */
  wholeLabeled(): BatchSide;
}

/** The sides of a step over `batch`. */
export function sidesOf({ tape, batch, branches, logits, share, reads }: MadeBatch): Sides {
  const labeled: BatchSide = {
    images: batch.labeled,
    labels: batch.labels,
    branches: branches[0]!,
    logits: logits[0]!,
  };
  const unlabeled: BatchSide = { images: batch.unlabeled!, branches: branches[1]!, logits: logits[1]! };
  let whole = share === undefined ? labeled : undefined;
  return { labeled, unlabeled, wholeLabeled: () => whole ??= gatherSide(tape, labeled, share!, reads) };
}

/**
 * Chooses the pairs of a step: the drawn ones, or the nearest by pooled encoder features (section 3.1), over the images of
 * all processes.
 */
export function chooseMixture(
  { tape, features, draws, share, pair: { direction }, reads }: MadeBatch,
  { labeled, unlabeled, wholeLabeled }: Sides,
): Mixture {
  const { pairs: drawn } = draws;
  if (share === undefined) {
    const pairs = drawn === undefined
      ? nearestIndices(tape, features[0]!, features[1]!, direction)
      : { labeled: derive(drawn, (all) => all.labeled), unlabeled: derive(drawn, (all) => all.unlabeled) };
    return { pairs, first: labeled, second: unlabeled };
  }
  // the unlabeled images were loaded as the partners of the labeled ones
  if (drawn !== undefined) return { pairs: matched(batchSize(labeled)), first: labeled, second: unlabeled };
  // one after the other: processes meet in the same order
  const all = pooled(features[0]!, share);
  const others = pooled(features[1]!, share);
  const pairs = { ...nearestPairs(all, others, direction), ...sharesOf(draws) };
  const own = direction === "unlabeled" ? unlabeled : labeled;
  return {
    pairs: ownPairs(pairs, direction, share, batchSize(own)),
    first: direction === "unlabeled" ? wholeLabeled() : labeled,
    second: direction === "unlabeled" ? unlabeled : gatherSide(tape, unlabeled, share, reads),
  };
}

/** The share of the labeled image in each mixture, where it is a box. */
function sharesOf({ boxes }: Pick<VaryingDraws, "boxes">): Pick<Pairs, "shares"> {
  if (boxes === undefined) return {};
  return { shares: valueNow(boxes).map(({ height, width }) => height * width) };
}

function batchSize(side: BatchSide): number {
  return side.images.shape[0];
}

function matched(count: number): Pairs {
  const places = Array.from({ length: count }, (_, i) => i);
  return { labeled: places, unlabeled: places };
}

async function numbers(list: ChosenPairs["labeled"]): Promise<readonly number[]> {
  return isIndexTensor(list) ? Array.from(await list.data()) : valueNow(list);
}

/** Reads the pairs of a step. @param draws Those of the step, for the share of each box */
export async function readPairs(
  { labeled, unlabeled, distances, shares }: ChosenPairs,
  draws: Pick<VaryingDraws, "boxes">,
): Promise<Pairs> {
  const apart = distances && (await numbers(distances));
  return {
    labeled: await numbers(labeled),
    unlabeled: await numbers(unlabeled),
    ...(apart && { distances: apart }),
    ...(shares === undefined ? sharesOf(draws) : { shares }),
  };
}

/** The pairs of two own images, for reports. */
export function reportedPairs(
  { share, pair: { direction } }: Pick<MadeBatch, "share" | "pair">,
  { pairs, first, second }: Mixture,
  own: Sides,
): ChosenPairs {
  if (share === undefined || first === own.labeled && second === own.unlabeled) return pairs;
  return localPairs(
    pairs as Pairs,
    direction,
    share,
    batchSize(first === own.labeled ? own.unlabeled : own.labeled),
  );
}
