/** Something that is no plain value: a name, or what a reader of pickles makes for a call or a persistent id. */
export abstract class PickleObject {
  /** What it is, for error texts. */
  abstract readonly kind: string;
}

/** A reference to a Python function or class by name. It is only a name: nothing is looked up or run. */
export class PickleGlobal extends PickleObject {
  /** Always `name`. */
  readonly kind = "name";
  /** For example `collections.OrderedDict`. */
  readonly path: string;

  /**
   * Keeps the name.
   * @param path Module and name, joined by a dot
   */
  constructor(path: string) {
    super();
    this.path = path;
  }
}

/** A Python dict or OrderedDict, in order; keys that are equal numbers or texts are one. Made by `PickleWork`. */
export type PickleDict = Map<PickleValue, PickleValue>;

/**
 * What a pickle holds: None is null, ints beyond 2^53 are bigint, lists and tuples are arrays, sets are sets,
 * bytes are Uint8Array.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleDict
  | Set<PickleValue>
  | PickleObject;
