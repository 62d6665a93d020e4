/** How far two arrays are apart. */

/** The worst element of a comparison. */
export interface Difference {
  /** Greatest absolute difference, divided by the greatest magnitude expected. */
  readonly ofMaximum: number;
  /** Where it is and what stands there. */
  readonly text: string;
}

/** Compares element by element; the lengths must be equal. */
export function worstDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  if (actual.length !== expected.length) {
    throw new RangeError(`Cannot compare: ${actual.length} elements, expected ${expected.length}`);
  }
  let index = 0;
  let maximum = 0;
  for (let i = 0; i < expected.length; i++) {
    const apart = Math.abs(actual[i]! - expected[i]!);
    if (!(apart <= Math.abs(actual[index]! - expected[index]!))) index = i;
    maximum = Math.max(maximum, Math.abs(expected[i]!));
  }
  const apart = Math.abs(actual[index]! - expected[index]!);
  const text = `[${index}] is ${actual[index]}, expected ${
    expected[index]
  }, apart ${apart} of maximum ${maximum}`;
  return { ofMaximum: apart / maximum, text };
}

/** Share of elements that are equal, 0..1. */
export function agreement(actual: ArrayLike<number | bigint>, expected: ArrayLike<number | bigint>): number {
  const equal = Array.from(actual).filter((value, i) => Number(value) === Number(expected[i]!)).length;
  return actual.length === expected.length ? equal / expected.length : 0;
}
