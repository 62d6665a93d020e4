import type { PairOptions } from "../config/objectives/parts.ts";
import type { Recipe } from "../config/recipe.ts";
import { Diverged } from "../core/errors.ts";
import { type RandomStream, randomStream } from "../core/random.ts";
import type { Indices } from "../nn/varying.ts";

/** Which images a step mixes, as it uses them: from draws, or found by itself. */
export interface PairIndices {
  /** Indices into the labeled images. */
  readonly labeled: Indices;
  /** Indices into the unlabeled images, as many. */
  readonly unlabeled: Indices;
}

/** Mixture m joins labeled image `labeled[m]` with unlabeled image `unlabeled[m]`. */
export interface Pairs {
  /** Indices into the labeled images. */
  readonly labeled: readonly number[];
  /** Indices into the unlabeled images, as many. */
  readonly unlabeled: readonly number[];
  /** Euclidean distance of the pooled features of each pair; absent where pairs were drawn or given. */
  readonly distances?: readonly number[];
  /** λ of each mixture, where each has its own (boxes); absent where all have the step's. */
  readonly shares?: readonly number[];
}

/** As a step chose them; `distances` may be a tensor `[M]` until it is read. */
export interface ChosenPairs extends PairIndices {
  /** Of `Pairs`. */
  readonly distances?: Indices;
  /** Of `Pairs`. */
  readonly shares?: readonly number[];
}

/** Pooled features of some images, row by row. */
export interface PooledFeatures {
  /** `[count, C]`, row-major. */
  readonly values: Float32Array;
  /** Number of images. */
  readonly count: number;
}

function squaredDistance(
  a: PooledFeatures,
  i: number,
  b: PooledFeatures,
  j: number,
  channels: number,
): number {
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    const difference = a.values[i * channels + c]! - b.values[j * channels + c]!;
    sum += difference * difference;
  }
  return sum;
}

/**
 * For each query the key at the smallest Euclidean distance; the lowest index among equal ones.
 * @param queries `[Q, C]`
 * @param keys `[K, C]`, K ≥ 1
 * @throws {RangeError} If the features have different lengths
 * @throws {Diverged} If they are not finite
 */
export function nearest(queries: PooledFeatures, keys: PooledFeatures): number[] {
  const channels = keys.values.length / keys.count;
  if (keys.count < 1 || queries.values.length !== queries.count * channels) {
    throw new RangeError(
      `Cannot pair images: features are ${queries.values.length} and ${keys.values.length} numbers for ` +
        `${queries.count} and ${keys.count} images, expected equal lengths`,
    );
  }
  return Array.from({ length: queries.count }, (_, i) => {
    let best = -1;
    let least = Infinity;
    for (let j = 0; j < keys.count; j++) {
      const distance = squaredDistance(queries, i, keys, j, channels);
      if (distance < least) [best, least] = [j, distance];
    }
    if (best < 0) throw diverged(i);
    return best;
  });
}

function diverged(image: number): Diverged {
  return new Diverged(
    `Cannot go on: features of image ${image} are not finite, expected finite numbers; training has diverged`,
  );
}

/**
 * Euclidean distances of all pairs.
 * @param queries `[Q, C]`
 * @param keys `[K, C]`, K ≥ 1
 * @returns `[Q · K]`, query by query
 */
export function distances(queries: PooledFeatures, keys: PooledFeatures): Float64Array {
  const channels = keys.values.length / keys.count;
  return Float64Array.from(
    { length: queries.count * keys.count },
    (_, i) => Math.sqrt(squaredDistance(queries, Math.floor(i / keys.count), keys, i % keys.count, channels)),
  );
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/**
 * Pairs each image of one side with its nearest of the other (section 3.1).
 * @param direction The side whose images each get a partner
 * @returns With the distance of each pair
 */
export function nearestPairs(
  labeled: PooledFeatures,
  unlabeled: PooledFeatures,
  direction: PairOptions["direction"],
): Pairs {
  const [queries, keys] = direction === "unlabeled" ? [unlabeled, labeled] : [labeled, unlabeled];
  const found = nearest(queries, keys);
  const channels = keys.values.length / keys.count;
  const apart = found.map((key, query) => Math.sqrt(squaredDistance(queries, query, keys, key, channels)));
  return direction === "unlabeled"
    ? { labeled: found, unlabeled: upTo(queries.count), distances: apart }
    : { labeled: upTo(queries.count), unlabeled: found, distances: apart };
}

/** Whether pairs are drawn before the step. */
export function drawsPairs({ objective }: Pick<Recipe, "objective">): boolean {
  return "pair" in objective && objective.pair.select === "random";
}

/** Where pairs are drawn from. */
export function pairStream(seed: number, iteration: number): RandomStream {
  return randomStream(seed, "pairs", iteration);
}

/**
 * Pairs by a random permutation, as the official step: labeled image i with unlabeled image perm[i].
 * @throws {RangeError} If the two sides have different counts
 */
export function randomPairs(labeled: number, unlabeled: number, stream: RandomStream): Pairs {
  if (labeled !== unlabeled) {
    throw new RangeError(
      `Cannot pair at random: ${labeled} labeled and ${unlabeled} unlabeled, expected equal counts`,
    );
  }
  return { labeled: upTo(labeled), unlabeled: stream.permutation(unlabeled) };
}

/** Pairs of a step where they are drawn at random. */
export function randomPairsOf(
  { select }: PairOptions,
  { seed, iteration, labeled, unlabeled }: PairSource,
): Pairs | undefined {
  return select === "random" ? randomPairs(labeled, unlabeled, pairStream(seed, iteration)) : undefined;
}

/** A step whose pairs are drawn. */
export interface PairSource {
  /** The run's. */
  readonly seed: number;
  /** From 0. */
  readonly iteration: number;
  /** Labeled images. */
  readonly labeled: number;
  /** Unlabeled images. */
  readonly unlabeled: number;
}
