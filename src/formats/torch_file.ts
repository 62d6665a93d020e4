import { FormatError } from "../core/errors.ts";
import { IndexNames } from "../core/index_names.ts";
import { quoted } from "../core/shown_text.ts";
import { PickleObject, type PickleValue } from "./pickle_values.ts";
import type { StoredTensor } from "./stored_tensor.ts";
import { isOldLayout, openOldLayout, openZipLayout, type TorchLayout } from "./torch_layouts.ts";
import { TensorMaker, TensorRef } from "./torch_storage.ts";

/** Names nest no deeper in any checkpoint. */
const MAX_DEPTH = 32;

/** Longest joined name, in characters. */
const MAX_NAME = 1000;

/** Values in one file, tensors and others, lists unrolled; fewer in a small one, as the same list may stand in many places. */
const MAX_VALUES = 1_000_000;
const VALUES_PER_BYTE = 4;
const FREE_VALUES = 1000;

/** Letters of all joined names. */
const LETTERS_PER_BYTE = 16;
const FREE_LETTERS = 2 ** 20;

/** Bytes that all tensors may take beside the file's own: float16 doubles, strided tensors are copied. */
const COPIES_PER_BYTE = 6;
const FREE_COPIES = 2 ** 20;

/** A number, text or truth value that was saved beside tensors. */
export type TorchExtra = number | bigint | string | boolean | null;

/** What a torch file holds, nested containers flattened: names are joined by dots, list items are numbered. */
export interface TorchFile {
  /** Row-major, for example `state_dict.conv1.weight`; a tensor saved alone is named `tensor`. */
  readonly tensors: Map<string, StoredTensor>;
  /** Everything else, for example `epoch`. */
  readonly extras: Map<string, TorchExtra>;
}

/** Walks containers, which a hostile file may nest in themselves. */
class Flattener {
  readonly tensors = new Map<string, StoredTensor>();
  readonly extras = new Map<string, TorchExtra>();
  readonly #maker: TensorMaker;
  #valuesLeft: number;
  #lettersLeft: number;
  readonly #indexNames = new IndexNames();

  constructor(maker: TensorMaker, bytes: number) {
    this.#maker = maker;
    this.#valuesLeft = Math.min(MAX_VALUES, VALUES_PER_BYTE * bytes + FREE_VALUES);
    this.#lettersLeft = LETTERS_PER_BYTE * bytes + FREE_LETTERS;
  }

  visit(path: string, value: PickleValue, depth: number): void {
    if (--this.#valuesLeft < 0) this.#fail(path, "too many values for the file's size", "fewer");
    this.#lettersLeft -= path.length;
    if (this.#lettersLeft < 0) this.#fail(path, "the names are too long for the file's size", "shorter ones");
    if (path.length > MAX_NAME) this.#fail(path, `a name of ${path.length} letters`, `at most ${MAX_NAME}`);
    if (depth > MAX_DEPTH) {
      this.#fail(path, "it is nested too deeply", `at most ${MAX_DEPTH} levels`);
    }
    if (value instanceof TensorRef) this.#put(this.tensors, path || "tensor", this.#maker.make(path, value));
    else if (value instanceof Map) this.#visitAll(path, value, depth);
    else if (value instanceof Set) this.#visitAll(path, [...value].entries(), depth);
    else if (Array.isArray(value)) this.#visitAll(path, value.entries(), depth);
    else if (!(value instanceof PickleObject) && !(value instanceof Uint8Array)) {
      this.#put(this.extras, path, value as TorchExtra);
    }
  }

  #visitAll(path: string, items: Iterable<[PickleValue, PickleValue]>, depth: number): void {
    for (const [key, value] of items) {
      if (typeof key === "object") this.#fail(path, "a key is no text or number", "plain keys");
      this.visit(path === "" ? String(key) : `${path}.${String(key)}`, value, depth + 1);
    }
  }

  #put<T>(map: Map<string, T>, path: string, value: T): void {
    const problem = this.#indexNames.take(path);
    if (problem !== undefined) this.#fail("", problem, "names of parameters");
    if (map.has(path)) this.#fail(path, "two values have this name", "each name once");
    map.set(path, value);
  }

  #fail(path: string, state: string, rule: string): never {
    throw new FormatError(
      `Cannot read torch file at ${quoted(path)}: ${state}, expected ${rule}`,
    );
  }
}

/** Whether the bytes look like a file of `torch.save`, of either layout. */
export function isTorchFile(bytes: Uint8Array): boolean {
  return isZip(bytes) || isOldLayout(bytes);
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

function openLayout(bytes: Uint8Array): TorchLayout {
  if (isZip(bytes)) return openZipLayout(bytes);
  if (isOldLayout(bytes)) return openOldLayout(bytes);
  throw new FormatError(
    "Cannot read torch file: it begins neither as a zip file nor as the older stream, expected a file of torch.save",
  );
}

/**
 * Reads a `.pth`, `.pt` or `.th` file of `torch.save`, zip layout or the older stream. Executes nothing: tensors,
 * storages, OrderedDict, plain containers, numbers and texts are known, every other name is refused. float16 and
 * bfloat16 become float32 data, strided tensors row-major; other tensors are views on `bytes` where aligned.
 * @param bytes The whole file
 * @throws {FormatError} If the file is of another kind, cut off or damaged, mentions another class or function (named
 * in the text), or claims sizes that it cannot have
 */
export function readTorchTensors(bytes: Uint8Array): TorchFile {
  const { value, storageBytes } = openLayout(bytes);
  const flattener = new Flattener(
    new TensorMaker(storageBytes, COPIES_PER_BYTE * bytes.length + FREE_COPIES),
    bytes.length,
  );
  flattener.visit("", value, 0);
  return { tensors: flattener.tensors, extras: flattener.extras };
}
