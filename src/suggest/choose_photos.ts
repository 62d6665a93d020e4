/** Which photos to label: uncertain ones first, and not ten of a kind. */
import { randomStream } from "../core/random.ts";
import { farthestFirst, type TakenPhoto } from "./farthest_first.ts";
import type { RankedPhoto, SeenPhoto } from "./photo.ts";
import { typicalPhotos } from "./typical_photos.ts";

/** How variety is had: the farthest from those before, or the most typical of each kind. */
export const VARIETIES = ["farthest", "typical"] as const;

/** One of them. */
export type Variety = typeof VARIETIES[number];

/**
 * The most uncertain photos among which variety decides, for each that is to be taken; "Suggestive Annotation" (Yang et
 * al. 2017) takes twice as many, of a pool that is smaller.
 */
const UNCERTAIN_SHARE = 4;

/** What photos are chosen by. */
export interface ChoiceOptions {
  /** Photos to suggest. */
  readonly count: number;
  /** How variety is had. */
  readonly variety: Variety;
  /** Of what is drawn; only `typical` draws. */
  readonly seed: number;
  /** Photos that are labeled already. */
  readonly labeled: readonly { readonly name: string; readonly features: Float32Array }[];
}

/** The most uncertain ones; all where nothing is known of uncertainty. */
function candidatesOf(byUncertainty: readonly SeenPhoto[], count: number): readonly SeenPhoto[] {
  const isKnown = byUncertainty[0]?.uncertainty !== undefined;
  return isKnown ? byUncertainty.slice(0, UNCERTAIN_SHARE * count) : byUncertainty;
}

function takenPhotos(candidates: readonly SeenPhoto[], options: ChoiceOptions): TakenPhoto[] {
  const { count, variety, seed, labeled } = options;
  const features = candidates.map((photo) => photo.features);
  const centers = labeled.map((photo) => photo.features);
  if (features.length === 0) return [];
  return variety === "farthest"
    ? farthestFirst(features, centers, count)
    : typicalPhotos(features, centers, count, randomStream(seed, "typical photos"));
}

/**
 * Ranks photos for labeling. Those suggested come first, in the order in which to label; the others follow, the more
 * uncertain ones first.
 */
export function choosePhotos(photos: readonly SeenPhoto[], options: ChoiceOptions): RankedPhoto[] {
  const byUncertainty = [...photos].sort((a, b) =>
    (b.uncertainty?.all ?? 0) - (a.uncertainty?.all ?? 0) || (a.name < b.name ? -1 : 1)
  );
  const ranks = new Map(byUncertainty.map((photo, i) => [photo, i + 1]));
  const ranked = (photo: SeenPhoto): RankedPhoto =>
    photo.uncertainty === undefined ? photo : { ...photo, uncertaintyRank: ranks.get(photo) };
  const candidates = candidatesOf(byUncertainty, options.count);
  const taken = takenPhotos(candidates, options);
  const nameOf = ({ kind, index }: NonNullable<TakenPhoto["nearest"]>) =>
    (kind === "center" ? options.labeled[index]! : candidates[index]!).name;
  const suggested = taken.map(({ index, distance, nearest }, i): RankedPhoto => ({
    ...ranked(candidates[index]!),
    place: i + 1,
    ...(nearest === undefined ? {} : { distance, nearest: nameOf(nearest) }),
  }));
  const chosen = new Set(taken.map(({ index }) => candidates[index]!));
  return [...suggested, ...byUncertainty.filter((photo) => !chosen.has(photo)).map(ranked)];
}
