/** Photos that stand for many others. */
import type { RandomStream } from "../core/random.ts";
import { distanceOf, type TakenPhoto } from "./farthest_first.ts";

/** Rounds of k-means, which mostly stands still after ten. */
const ROUNDS = 20;

/** Neighbours that the typical photo of a cluster is near to; the paper's number. */
const NEIGHBOURS = 20;

/** k-means++ (Arthur and Vassilvitskii 2007): centers far from each other, by chance. */
function firstCenters(
  features: readonly Float32Array[],
  count: number,
  stream: RandomStream,
): Float32Array[] {
  const centers = [features[stream.integer(features.length)]!];
  const squares = features.map((one) => distanceOf(one, centers[0]!) ** 2);
  while (centers.length < count) {
    let left = stream.uniform() * squares.reduce((sum, value) => sum + value, 0);
    let index = squares.findIndex((value) => (left -= value) <= 0);
    if (index < 0) index = squares.length - 1;
    const center = features[index]!;
    centers.push(center);
    features.forEach((one, i) => squares[i] = Math.min(squares[i]!, distanceOf(one, center) ** 2));
  }
  return centers;
}

function nearestCenter(feature: Float32Array, centers: readonly Float32Array[]): number {
  let best = 0;
  let least = Infinity;
  centers.forEach((center, index) => {
    const distance = distanceOf(feature, center);
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}

function meanOf(features: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(features[0]!.length);
  for (const one of features) one.forEach((value, c) => mean[c]! += value / features.length);
  return mean;
}

/** Indices by cluster. */
function clustersOf(features: readonly Float32Array[], count: number, stream: RandomStream): number[][] {
  let centers = firstCenters(features, Math.min(count, features.length), stream);
  let clusters: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    clusters = centers.map(() => []);
    features.forEach((one, index) => clusters[nearestCenter(one, centers)]!.push(index));
    centers = clusters.map((members, k) =>
      members.length === 0 ? centers[k]! : meanOf(members.map((index) => features[index]!))
    );
  }
  return clusters;
}

/** The member with the least mean distance to its nearest neighbours in the cluster. */
function mostTypical(features: readonly Float32Array[], members: readonly number[]): number {
  let best = members[0]!;
  let least = Infinity;
  for (const index of members) {
    const near = members.filter((other) => other !== index)
      .map((other) => distanceOf(features[index]!, features[other]!)).sort((a, b) => a - b)
      .slice(0, NEIGHBOURS);
    const mean = near.reduce((sum, value) => sum + value, 0) / Math.max(1, near.length);
    if (mean < least) [best, least] = [index, mean];
  }
  return best;
}

/**
 * Takes the most typical photo of each of the largest clusters that hold no labeled photo: "Active Learning on a Budget:
 * Opposite Strategies Suit High and Low Budgets" (TypiClust; Hacohen, Dekel, Weinshall 2022), with k-means on pooled
 * features, as many clusters as photos are labeled and to be taken.
 * @param features `[C]` each
 * @param centers Features of photos that are labeled already
 * @param count Photos to take; all of them where there are fewer
 */
export function typicalPhotos(
  features: readonly Float32Array[],
  centers: readonly Float32Array[],
  count: number,
  stream: RandomStream,
): TakenPhoto[] {
  const all = [...features, ...centers];
  const isCenter = (index: number) => index >= features.length;
  const left = new Set(features.keys());
  const clusters = clustersOf(all, count + centers.length, stream);
  const taken: TakenPhoto[] = [];
  while (taken.length < Math.min(count, features.length)) {
    const ranked = clusters
      .map((members) => ({
        free: members.filter((index) => left.has(index)),
        covered: members.filter((index) => isCenter(index) || !left.has(index)).length,
      }))
      .filter(({ free }) => free.length > 0)
      .sort((a, b) => a.covered - b.covered || b.free.length - a.free.length);
    const index = mostTypical(features, ranked[0]!.free);
    left.delete(index);
    taken.push(withNearest(index, features, centers, taken));
  }
  return taken;
}

/** A photo with the one before it, or the center, that it is nearest to. */
function withNearest(
  index: number,
  features: readonly Float32Array[],
  centers: readonly Float32Array[],
  taken: readonly TakenPhoto[],
): TakenPhoto {
  const before = [
    ...taken.map((one) => ({ kind: "photo" as const, index: one.index, feature: features[one.index]! })),
    ...centers.map((feature, i) => ({ kind: "center" as const, index: i, feature })),
  ];
  let best: TakenPhoto = { index, distance: Infinity };
  for (const { feature, ...nearest } of before) {
    const distance = distanceOf(features[index]!, feature);
    if (distance < best.distance) best = { index, distance, nearest };
  }
  return best;
}
