import type { Recipe } from "../config/recipe.ts";
import { hashText, numpyRandomState, type RandomStream, randomStream } from "../core/random.ts";
import { type Box, drawBoxes } from "./boxes.ts";
import { valueNow, type Varying } from "../nn/varying.ts";
import { drawMixCoefficient } from "./mix_coefficient.ts";
import { drawsPairs, type Pairs, pairStream, randomPairs } from "./pairing.ts";

/** The random part of a step, drawn before it, so that it can be repeated or given. */
export interface StepDraws {
  /** λ in [0, limit). */
  readonly mixCoefficient: number;
  /** Pairs drawn at random or given; without them the step looks for the nearest. */
  readonly pairs?: Pairs;
  /** Partner of each labeled image in the labeled-labeled mix. */
  readonly labeledPartners?: readonly number[];
  /** Which part of each mixture the labeled image is, where mixtures are boxes; of the whole batch. */
  readonly boxes?: readonly Box[];
  /** Where dropout draws from. */
  readonly dropout?: RandomStream;
}

/** A step's random part as the step uses it: as it is, or with where to ask for that of later steps. */
export type VaryingDraws = {
  readonly [K in keyof StepDraws]: StepDraws[K] extends infer T ? T extends object | number ? Varying<T> : T
    : never;
};

/** Draws that ask `current` for everything, so that what is made of them can be made again for another step. */
export function varyingDraws(current: () => StepDraws): VaryingDraws {
  const now = current();
  return {
    mixCoefficient: () => current().mixCoefficient,
    pairs: now.pairs && (() => current().pairs!),
    labeledPartners: now.labeledPartners && (() => current().labeledPartners!),
    boxes: now.boxes && (() => current().boxes!),
    dropout: now.dropout && (() => current().dropout!),
  };
}

/** The random part as it is now. */
export function drawsNow(draws: VaryingDraws): StepDraws {
  return {
    mixCoefficient: valueNow(draws.mixCoefficient),
    pairs: draws.pairs && valueNow(draws.pairs),
    labeledPartners: draws.labeledPartners && valueNow(draws.labeledPartners),
    boxes: draws.boxes && valueNow(draws.boxes),
    dropout: draws.dropout && valueNow(draws.dropout),
  };
}

/** A permutation without fixed points where there are two or more: each image mixed with another one. */
function partners(count: number, stream: RandomStream): number[] {
  const shift = count > 1 ? 1 + stream.integer(count - 1) : 0;
  return Array.from({ length: count }, (_, i) => (i + shift) % count);
}

/** One box a mixture; there are as many mixtures as images that get a partner. */
function boxesOf(
  { mix, pair }: Recipe,
  stream: RandomStream,
  labeled: number,
  unlabeled: number,
): Box[] | undefined {
  if (mix.shape !== "box") return undefined;
  const count = pair.select === "nearest" && pair.direction === "unlabeled" ? unlabeled : labeled;
  return drawBoxes(stream, count, mix.lambdaLimit);
}

/**
 * Draws a step's random part from streams of (seed, purpose, iteration).
 * @param labeled Number of labeled images
 * @param unlabeled Number of unlabeled images
 */
export function drawStep(
  recipe: Recipe,
  seed: number,
  iteration: number,
  labeled: number,
  unlabeled: number,
): StepDraws {
  const random = numpyRandomState(hashText(`${seed}/mix/${iteration}`));
  return {
    mixCoefficient: drawMixCoefficient(random, recipe.mix.lambdaLimit).value,
    pairs: drawsPairs(recipe) ? randomPairs(labeled, unlabeled, pairStream(seed, iteration)) : undefined,
    labeledPartners: partners(labeled, randomStream(seed, "labeled pairs", iteration)),
    boxes: boxesOf(recipe, randomStream(seed, "boxes", iteration), labeled, unlabeled),
    dropout: randomStream(seed, "dropout", iteration),
  };
}
