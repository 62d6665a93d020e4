import type { Recipe } from "../config/recipe.ts";
import type { BatchRows } from "../nn/dropout.ts";
import type { Tape, Value } from "../nn/tape.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import { drawsPairs, type Pairs, pairStream, randomPairs } from "./pairing.ts";
import type { StepBatch } from "./step_batch.ts";
import type { StepDraws } from "./step_draws.ts";

/**
 * This process's part of a batch that several processes hold together, each equally many labeled and unlabeled images.
 * A step over it does what one process with the whole batch does: the draws are those of the whole batch, partners are
 * looked for in all of it. Losses are those of the own part; the mean over all processes is the whole batch's.
 */
export interface BatchShare {
  /** From 0. */
  readonly index: number;
  /** Number of processes. */
  readonly count: number;
  /** Joins `[n, …]` of all processes along axis 0 by index; the gradients of all processes flow back. */
  gather(tape: Tape, part: Value): Value;
  /** The same without gradient; the caller disposes it. */
  gatherTensor(part: AnyTensor): AnyTensor;
  /** The mean of a tensor over all processes; a new tensor. */
  mean(part: AnyTensor): AnyTensor;
}

/** Places of a process's own images in a list of `count` times as many. */
export function ownPlaces({ index }: Pick<BatchShare, "index">, own: number): number[] {
  return Array.from({ length: own }, (_, i) => index * own + i);
}

/**
 * Which unlabeled images of the whole batch a process needs. Pairs at random are drawn before the images are loaded, so
 * each process loads the partners of its own labeled images and nothing has to be sent; else it takes its part.
 * @param own Unlabeled images of one process
 * @returns Places in the whole unlabeled batch, `own` of them
 */
export function unlabeledPlaces(
  recipe: Recipe,
  seed: number,
  iteration: number,
  share: Pick<BatchShare, "index" | "count">,
  own: number,
): number[] {
  const places = ownPlaces(share, own);
  if (!drawsPairs(recipe)) return places;
  const whole = randomPairs(own * share.count, own * share.count, pairStream(seed, iteration));
  return places.map((place) => whole.unlabeled[place]!);
}

/** What stands beside each pair, cut or chosen as the pairs are. */
function beside(
  { distances, shares }: Pairs,
  choose: (all: readonly number[]) => readonly number[],
): Pick<Pairs, "distances" | "shares"> {
  return {
    ...(distances && { distances: choose(distances) }),
    ...(shares && { shares: choose(shares) }),
  };
}

/** The pairs whose own side is this process's; indices of that side count from its first image. */
export function ownPairs(
  pairs: Pairs,
  direction: "labeled" | "unlabeled",
  share: BatchShare,
  own: number,
): Pairs {
  const first = share.index * own;
  const places = Array.from({ length: own }, (_, i) => i);
  const cut = (side: readonly number[]) => side.slice(first, first + own);
  return direction === "unlabeled"
    ? { labeled: cut(pairs.labeled), unlabeled: places, ...beside(pairs, cut) }
    : { labeled: places, unlabeled: cut(pairs.unlabeled), ...beside(pairs, cut) };
}

/** Of the pairs from `ownPairs` those whose partner is an own image too, in own indices on both sides. */
export function localPairs(
  pairs: Pairs,
  direction: "labeled" | "unlabeled",
  share: BatchShare,
  own: number,
): Pairs {
  const first = share.index * own;
  const [queries, partners] = direction === "unlabeled"
    ? [pairs.unlabeled, pairs.labeled]
    : [pairs.labeled, pairs.unlabeled];
  const kept = partners.map((_, i) => i).filter((i) => partners[i]! >= first && partners[i]! < first + own);
  const [chosen, found] = [kept.map((i) => queries[i]!), kept.map((i) => partners[i]! - first)];
  const more = beside(pairs, (all) => kept.map((i) => all[i]!));
  return direction === "unlabeled"
    ? { labeled: found, unlabeled: chosen, ...more }
    : { labeled: chosen, unlabeled: found, ...more };
}

/** As `rowsOfShare`, where each call of a decoder sees images of one kind: labeled ones, unlabeled ones or mixtures. */
export function rowsOfParts(
  share: Pick<BatchShare, "index" | "count">,
): (decoder: "decode_head" | "decode_head_mix", count: number) => BatchRows {
  return (_, count) => ({ of: count * share.count, own: ownPlaces(share, count) });
}

/**
 * As `rowsOfParts`, where calls of a decoder see several kinds of images, each kind in a row of its own.
 * @param calls How many images of each kind a call has in this process; of calls as large as each other the first counts,
 * which must then have equal kinds
 */
export function rowsOfMany(
  share: Pick<BatchShare, "index" | "count">,
  calls: readonly (readonly number[])[],
): (decoder: "decode_head" | "decode_head_mix", count: number) => BatchRows {
  return (decoder, count) => {
    const kinds = calls.find((sizes) => sizes.reduce((sum, size) => sum + size, 0) === count);
    if (kinds === undefined) return rowsOfParts(share)(decoder, count);
    let before = 0;
    const own = kinds.flatMap((size) => {
      const places = ownPlaces(share, size).map((place) => before + place);
      before += size * share.count;
      return places;
    });
    return { of: count * share.count, own };
  };
}

/**
 * Where the rows of each decoder's batch stand in the whole one, for dropout. The labeled decoder sees labeled images,
 * then unlabeled ones in one call; the mix decoder sees the mixtures of the own images of one side.
 */
export function rowsOfShare(
  share: Pick<BatchShare, "index" | "count">,
  batch: StepBatch,
  draws: Pick<StepDraws, "pairs">,
): (decoder: "decode_head" | "decode_head_mix", count: number) => BatchRows {
  const labeled = ownPlaces(share, batch.labeled.shape[0]);
  return (decoder, count) => {
    if (decoder === "decode_head_mix") return rowsOfParts(share)(decoder, count);
    const places = ownPlaces(share, count - labeled.length);
    const unlabeled = draws.pairs === undefined
      ? places
      : places.map((place) => draws.pairs!.unlabeled[place]!);
    const before = labeled.length * share.count;
    return { of: count * share.count, own: [...labeled, ...unlabeled.map((place) => before + place)] };
  };
}
