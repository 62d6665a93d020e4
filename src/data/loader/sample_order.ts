import { randomStream } from "../../core/random.ts";

/**
 * An endless order over a list: each epoch is a permutation of its own, so that position p depends on seed, purpose and
 * p alone.
 * @param purpose Names the list; lists of different purposes have independent orders
 * @param length Of the list, at least 1
 * @returns The list's index at a position (from 0)
 */
export function sampleOrder(seed: number, purpose: string, length: number): (position: number) => number {
  let epoch = -1;
  let order: number[] = [];
  return (position) => {
    const wanted = Math.floor(position / length);
    if (wanted !== epoch) {
      epoch = wanted;
      order = randomStream(seed, `order of ${purpose}`, epoch).permutation(length);
    }
    return order[position % length]!;
  };
}
