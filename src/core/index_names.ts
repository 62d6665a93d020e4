/**
 * Names that engines take for indices of an array. V8 hashes those by their value, without a secret: thousands of
 * multiples of 65536 in one Map or Set have one hash, and each look-up goes through all of them.
 */

/** As many, all of one hash, take a tenth of a second. */
const MOST_INDEX_NAMES = 4000;

/** Whether a name is the text of a whole number of at most ten digits. */
export function isIndexName(name: string): boolean {
  return name.length <= 10 && /^\d+$/.test(name);
}

/** Counts names that are indices. */
export class IndexNames {
  #left = MOST_INDEX_NAMES;

  /** What is wrong when a name more is taken: part of a sentence; `undefined` where nothing is. */
  take(name: string): string | undefined {
    if (!isIndexName(name) || --this.#left >= 0) return undefined;
    return `more than ${MOST_INDEX_NAMES} names are numbers`;
  }
}
