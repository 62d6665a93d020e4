import type { Color } from "../dataset.ts";

/**
 * The colour map of Pascal VOC (`VOClabelcolormap` of its development kit), whose channels take the bits of the number by
 * turns, highest first.
 * @param count At most 256
 */
export function vocColors(count: number): Color[] {
  return Array.from({ length: count }, (_, index): Color => {
    const color: [number, number, number] = [0, 0, 0];
    for (let bit = 0; bit < 8; bit++) {
      for (let channel = 0; channel < 3; channel++) {
        color[channel]! |= ((index >> (3 * bit + channel)) & 1) << (7 - bit);
      }
    }
    return color;
  });
}
