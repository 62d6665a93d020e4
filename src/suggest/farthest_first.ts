/** Photos that show something else than those before them. */

/** A photo that was taken, and how far it was from those before. */
export interface TakenPhoto {
  /** Its index. */
  readonly index: number;
  /** Euclidean distance to the nearest of those before it; infinite for the first, where there are none. */
  readonly distance: number;
  /** That nearest one: an index of a photo taken before, or of a center; missing for the first. */
  readonly nearest?: { readonly kind: "photo" | "center"; readonly index: number };
}

/** Euclidean distance of two features of equal length. */
export function distanceOf(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += (a[c]! - b[c]!) ** 2;
  return Math.sqrt(sum);
}

/** The photo that is nearest to the mean of all: the most ordinary one. */
export function mostOrdinary(features: readonly Float32Array[]): number {
  const mean = new Float32Array(features[0]!.length);
  for (const one of features) one.forEach((value, c) => mean[c]! += value / features.length);
  const distances = features.map((one) => distanceOf(one, mean));
  return distances.indexOf(Math.min(...distances));
}

/** How far each photo is from what was taken already. */
class Distances {
  readonly #features: readonly Float32Array[];
  readonly #taken: TakenPhoto[];

  constructor(features: readonly Float32Array[]) {
    this.#features = features;
    this.#taken = features.map((_, index) => ({ index, distance: Infinity }));
  }

  /** Counts a photo or center as taken. */
  add(feature: Float32Array, nearest: NonNullable<TakenPhoto["nearest"]>): void {
    this.#features.forEach((one, index) => {
      const distance = distanceOf(one, feature);
      if (distance < this.#taken[index]!.distance) this.#taken[index] = { index, distance, nearest };
    });
  }

  /** The farthest of those that are left. */
  farthest(isLeft: (index: number) => boolean): TakenPhoto | undefined {
    let best: TakenPhoto | undefined;
    for (const one of this.#taken) {
      if (isLeft(one.index) && (best === undefined || one.distance > best.distance)) best = one;
    }
    return best;
  }
}

/**
 * Takes one photo after the other, each the farthest from the centers and from those before it: Gonzalez's greedy rule of
 * k centers, with the labeled photos as centers to begin with as in "Active Learning for Convolutional Neural Networks: A
 * Core-Set Approach" (Sener and Savarese 2018, algorithm 1). Without centers it begins with the most ordinary photo.
 * @param features `[C]` each
 * @param centers Features of photos that are labeled already
 * @param count Photos to take; all of them where there are fewer
 */
export function farthestFirst(
  features: readonly Float32Array[],
  centers: readonly Float32Array[],
  count: number,
): TakenPhoto[] {
  const taken: TakenPhoto[] = [];
  const isLeft = new Array<boolean>(features.length).fill(true);
  const distances = new Distances(features);
  centers.forEach((center, index) => distances.add(center, { kind: "center", index }));
  while (taken.length < Math.min(count, features.length)) {
    const begins = taken.length === 0 && centers.length === 0;
    const next = begins
      ? { index: mostOrdinary(features), distance: Infinity }
      : distances.farthest((index) => isLeft[index]!)!;
    taken.push(next);
    isLeft[next.index] = false;
    distances.add(features[next.index]!, { kind: "photo", index: next.index });
  }
  return taken;
}
