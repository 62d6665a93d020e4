/** Concatenated ASPP branches, with the image pool's apart as long as it is the same at all positions. */
import { concatenate } from "../nn/arithmetic.ts";
import { resizeBilinear } from "../nn/pool_and_resize.ts";
import type { Tape, Value } from "../nn/tape.ts";

/** The branches of some images. */
export type Branches = {
  /** `[N, h, w, C]`: all branches joined, or those after the image pool where that one stands in `pooled`. */
  readonly maps: Value;
  /** The image pool's branch `[N, 1, 1, P]`, the same at all positions; absent where `maps` holds it. */
  readonly pooled?: Value;
};

/**
 * What `f` makes of the two parts of branches, part by part.
 * @param sides Branches that all have a pooled part, or none has one
 */
export function combineBranches(
  sides: readonly Branches[],
  f: (parts: readonly Value[]) => Value,
): Branches {
  const maps = f(sides.map((side) => side.maps));
  const pooled = sides.flatMap((side) => side.pooled ?? []);
  return pooled.length === 0 ? { maps } : { maps, pooled: f(pooled) };
}

/**
 * All branches at every position, the image pool's first.
 * @returns `[N, h, w, P + C]`
 */
export function joinBranches(tape: Tape, { maps, pooled }: Branches): Value {
  if (pooled === undefined) return maps;
  const [, h, w] = maps.shape as [number, number, number];
  // from one position both corner rules give the same
  return tape.scope(() => concatenate(tape, [resizeBilinear(tape, pooled, h, w, false), maps], 3));
}
