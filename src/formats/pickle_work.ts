import { FormatError } from "../core/errors.ts";
import { IndexNames } from "../core/index_names.ts";
import type { PickleDict, PickleValue } from "./pickle_values.ts";

/** Room for 50,000 tensors (one takes about 40 steps); bounds time and memory whatever the file's size. */
const MOST_STEPS = 2_000_000;

/** Steps for each byte of the pickle, and for none: an empty dict is one byte and takes the memory of ten values. */
const STEPS_PER_BYTE = 16;
const FREE_STEPS = 1000;
const STEPS_OF_TABLE = 10;

/** Numbers of one hash can be made at will, so that finding a key goes through all: 20,000 take a third of a second. */
const MOST_NUMBER_KEYS = 20_000;

/** What is left of the steps that a pickle may take, and the tables that are made of its values. */
export class PickleWork {
  #left: number;
  readonly #most: number;
  #numberKeys = 0;
  readonly #indexNames = new IndexNames();

  /**
   * Begins with all steps.
   * @param bytes How many the pickle has at most
   */
  constructor(bytes: number) {
    this.#most = Math.min(MOST_STEPS, STEPS_PER_BYTE * bytes + FREE_STEPS);
    this.#left = this.#most;
  }

  /**
   * Counts steps: an instruction is one, and so is each value that is gone over again.
   * @throws {FormatError} If they are more than the pickle may take
   */
  charge(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) this.#fail(`it takes more than ${this.#most} steps`, "fewer for its size");
  }

  /**
   * A dict of keys and values, the last of equal keys kept.
   * @throws {FormatError} As `charge`, and as `setItem`
   */
  dict(pairs: readonly (readonly PickleValue[])[] = []): PickleDict {
    this.charge(STEPS_OF_TABLE + pairs.length);
    const dict: PickleDict = new Map();
    for (const [key, value] of pairs) this.setItem(dict, key!, value!);
    return dict;
  }

  /** A set. @throws {FormatError} As `charge`, and as `setItem` */
  set(items: readonly PickleValue[] = []): Set<PickleValue> {
    this.charge(STEPS_OF_TABLE);
    const set = new Set<PickleValue>();
    for (const item of items) this.addItem(set, item);
    return set;
  }

  /** Puts a value into a dict. @throws {FormatError} If the key is a number beyond 2^53, no whole number, or one too many */
  setItem(dict: PickleDict, key: PickleValue, value: PickleValue): void {
    this.#checkKey(key);
    dict.set(key, value);
  }

  /** Puts a value into a set. @throws {FormatError} As `setItem` */
  addItem(set: Set<PickleValue>, item: PickleValue): void {
    this.#checkKey(item);
    set.add(item);
  }

  #checkKey(key: PickleValue): void {
    if (typeof key === "string") {
      const problem = this.#indexNames.take(key);
      if (problem !== undefined) this.#fail(problem, "names of parameters");
    }
    if (typeof key !== "number" && typeof key !== "bigint") return;
    if (!Number.isSafeInteger(key)) this.#fail("a key is no text or whole number below 2^53", "such keys");
    if (++this.#numberKeys > MOST_NUMBER_KEYS) {
      this.#fail(`more than ${MOST_NUMBER_KEYS} keys are numbers`, "fewer");
    }
  }

  #fail(state: string, rule: string): never {
    throw new FormatError(`Cannot read pickle: ${state}, expected ${rule}`);
  }
}
