import { FormatError } from "../core/errors.ts";
import { quoted } from "../core/shown_text.ts";
import { PickleGlobal, type PickleObject, type PickleValue } from "./pickle_values.ts";
import type { PickleHooks } from "./pickle_hooks.ts";
import type { PickleWork } from "./pickle_work.ts";
import type { StoredDtype } from "./stored_tensor.ts";
import { StorageRef, TensorRef } from "./torch_storage.ts";

/** Element type of each storage class; `undefined` for the class whose tensors state it. */
const STORAGES: ReadonlyMap<string, StoredDtype | undefined> = new Map([
  ["torch.DoubleStorage", "float64"],
  ["torch.FloatStorage", "float32"],
  ["torch.HalfStorage", "float16"],
  ["torch.BFloat16Storage", "bfloat16"],
  ["torch.LongStorage", "int64"],
  ["torch.IntStorage", "int32"],
  ["torch.ShortStorage", "int16"],
  ["torch.CharStorage", "int8"],
  ["torch.ByteStorage", "uint8"],
  ["torch.BoolStorage", "bool"],
  ["torch.storage.UntypedStorage", undefined],
]);

const DTYPES: ReadonlyMap<string, StoredDtype> = new Map(
  (["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"] as const)
    .map((dtype) => [`torch.${dtype}`, dtype]),
);

function fail(state: string, rule: string): never {
  throw new FormatError(`Cannot read torch file: ${state}, expected ${rule}`);
}

/** PyTorch's own limit is 64. */
const MOST_AXES = 64;

function isAxes(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.length <= MOST_AXES && value.every(Number.isSafeInteger);
}

function tensorOf(args: readonly PickleValue[], stated?: StoredDtype): TensorRef {
  const [storage, offset, shape, strides] = args;
  const dtype = stated ?? (storage instanceof StorageRef ? storage.dtype : undefined);
  if (!(storage instanceof StorageRef) || dtype === undefined) return fail("a tensor has no storage", "one");
  if (storage.dtype !== undefined && storage.dtype !== dtype) {
    return fail(`a tensor of ${dtype} lies in a storage of ${storage.dtype}`, "one type");
  }
  if (typeof offset !== "number" || !isAxes(shape) || !isAxes(strides)) {
    return fail("a tensor's offset, sizes or strides are no integers", `integers, up to ${MOST_AXES}`);
  }
  return new TensorRef(storage, dtype, offset, shape, strides);
}

/** `_rebuild_tensor_v3` states the element type in its seventh argument. */
function tensorOfType(args: readonly PickleValue[]): TensorRef {
  const type = args[6];
  const dtype = type instanceof PickleGlobal ? DTYPES.get(type.path) : undefined;
  return dtype === undefined
    ? fail("a tensor's type is unknown", [...DTYPES.keys()].join(", "))
    : tensorOf(args, dtype);
}

function tensorOfParameter([tensor]: readonly PickleValue[]): TensorRef {
  return tensor instanceof TensorRef ? tensor : fail("a parameter holds no tensor", "one");
}

/** An OrderedDict, from nothing or from a list of pairs as protocol 0 and 1 have it. */
function orderedDict([pairs = []]: readonly PickleValue[], work: PickleWork): PickleValue {
  if (!Array.isArray(pairs)) return fail("an OrderedDict is made from something else", "pairs");
  work.charge(pairs.length); // before they are gone over: the memo may give the same list again
  const isPairs = pairs.every((pair) => Array.isArray(pair) && pair.length === 2);
  if (!isPairs) return fail("an OrderedDict is made from something else", "pairs");
  return work.dict(pairs as PickleValue[][]);
}

type Call = (args: readonly PickleValue[], work: PickleWork) => PickleValue;

/** Calls that are answered; each is our own code, none is Python's. */
const CALLS: ReadonlyMap<string, Call> = new Map([
  ["collections.OrderedDict", orderedDict],
  ["torch._utils._rebuild_tensor", (args) => tensorOf(args)],
  ["torch._utils._rebuild_tensor_v2", (args) => tensorOf(args)],
  ["torch._utils._rebuild_tensor_v3", tensorOfType],
  ["torch._utils._rebuild_parameter", tensorOfParameter],
  ["torch.Size", ([sizes]) => sizes ?? []],
] as [string, Call][]);

function refuse(path: string): never {
  throw new FormatError(
    `Cannot read torch file: it wants ${quoted(path)}, expected only tensors and plain containers; nothing ` +
      "of it was run. Save the state_dict alone: torch.save(model.state_dict(), path)",
  );
}

/** `(view key, offset, size)` of old files whose storages are parts of others. */
function viewOffset(view: PickleValue | undefined): number {
  if (view === undefined || view === null) return 0;
  const offset = Array.isArray(view) ? view[1] : undefined;
  return typeof offset === "number" ? offset : fail("a view on a storage has no offset", "one");
}

function storageOf(id: PickleValue): PickleObject {
  if (!Array.isArray(id) || id[0] !== "storage") {
    return fail("a persistent id is no storage", "storages only");
  }
  const [, type, key, , elements, view] = id;
  const known = type instanceof PickleGlobal && STORAGES.has(type.path);
  if (!known || typeof key !== "string" || !Number.isSafeInteger(elements)) {
    return fail("a storage's type, key or length is wrong", "a storage class, a text and an integer");
  }
  return new StorageRef(key, STORAGES.get(type.path), elements as number, viewOffset(view));
}

/** All that a torch file may mention: tensors, storages, element types and OrderedDict. */
export const TORCH_HOOKS: PickleHooks = {
  call(path, args, work) {
    const make = CALLS.get(path);
    return make === undefined ? refuse(path) : make(args, work);
  },
  persistent: storageOf,
  checkGlobal(path) {
    if (!CALLS.has(path) && !STORAGES.has(path) && !DTYPES.has(path)) refuse(path);
  },
};
