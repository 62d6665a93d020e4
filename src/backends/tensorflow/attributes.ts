import { KernelError } from "../../core/errors.ts";
import { cString } from "./symbols.ts";
import type { AttributeSetters } from "./attribute_setters.ts";

/** TF_AttrType of tf_attrtype.h. */
export const TF_ATTR_STRING = 0;
export const TF_ATTR_INT = 1;
export const TF_ATTR_FLOAT = 2;
export const TF_ATTR_BOOL = 3;
export const TF_ATTR_TYPE = 4;
export const TF_ATTR_SHAPE = 5;
/** Not in the C API's list; tfjs-node passes it for resource handles, which no kernel of tfjs sets. */
export const TF_ATTR_RESOURCE = 6;

/** Largest TF_DataType that is let through: TF_UINT4. */
const LARGEST_DTYPE = 30;

/** Value of an attribute: one, or a list of one kind. */
export type AttributeValue =
  | boolean
  | number
  | string
  | readonly number[]
  | readonly boolean[]
  | readonly string[]
  /** Bytes of a string, serialized messages among them. */
  | Uint8Array<ArrayBuffer>
  | null
  | undefined;

/** An attribute as tfjs-node's kernels hand it over. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: AttributeValue;
}

function int64s(values: readonly number[]): BigInt64Array<ArrayBuffer> {
  return BigInt64Array.from(values, (v) => BigInt(v));
}

function refuse(op: string, attribute: OpAttribute, expected: string): never {
  const state = JSON.stringify(attribute.value) ?? String(attribute.value);
  throw new KernelError(`Cannot run ${op}: attribute "${attribute.name}" is ${state}, expected ${expected}`);
}

function numbersOf(op: string, attribute: OpAttribute): readonly number[] {
  const list = [attribute.value].flat() as unknown[];
  if (list.every((v): v is number => typeof v === "number" && Number.isFinite(v))) return list;
  return refuse(op, attribute, "finite numbers");
}

function wholeNumbersOf(op: string, attribute: OpAttribute): readonly number[] {
  const list = [attribute.value].flat() as unknown[];
  if (list.every((v): v is number => Number.isSafeInteger(v))) return list;
  return refuse(op, attribute, "whole numbers");
}

function setString(
  setters: AttributeSetters,
  op: string,
  pointer: Deno.PointerValue,
  attribute: OpAttribute,
) {
  const name = cString(attribute.name);
  const value = attribute.value;
  if (value instanceof Uint8Array) {
    setters.string(pointer, name, value, BigInt(value.length));
    return;
  }
  if (typeof value === "string") {
    const bytes = cString(value);
    setters.string(pointer, name, bytes, BigInt(bytes.length - 1));
    return;
  }
  if (!Array.isArray(value) || value.some((text) => typeof text !== "string")) {
    refuse(op, attribute, "a string or a list of strings");
  }
  const texts = (value as string[]).map((text) => cString(text));
  const pointers = BigUint64Array.from(
    texts,
    (t) => BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(t))),
  );
  const lengths = BigUint64Array.from(texts, (t) => BigInt(t.length - 1));
  setters.strings(pointer, name, pointers, lengths, texts.length);
}

function setInt(setters: AttributeSetters, op: string, pointer: Deno.PointerValue, attribute: OpAttribute) {
  const name = cString(attribute.name);
  const numbers = wholeNumbersOf(op, attribute);
  if (!Array.isArray(attribute.value)) {
    setters.int(pointer, name, BigInt(numbers[0]!));
  } else setters.ints(pointer, name, int64s(numbers), numbers.length);
}

function setFloat(
  setters: AttributeSetters,
  op: string,
  pointer: Deno.PointerValue,
  attribute: OpAttribute,
) {
  const name = cString(attribute.name);
  if (typeof attribute.value === "number") {
    setters.float(pointer, name, attribute.value);
    return;
  }
  const numbers = numbersOf(op, attribute);
  setters.floats(pointer, name, Float32Array.from(numbers), numbers.length);
}

/** tfjs-node's kernels pass undefined, null and numbers for flags. */
function isFlag(value: unknown): boolean {
  return typeof value !== "string" && typeof value !== "object" || value === null;
}

function setBool(setters: AttributeSetters, op: string, pointer: Deno.PointerValue, attribute: OpAttribute) {
  const name = cString(attribute.name);
  if (![attribute.value].flat().every(isFlag)) refuse(op, attribute, "true or false");
  if (!Array.isArray(attribute.value)) {
    setters.bool(pointer, name, attribute.value ? 1 : 0);
    return;
  }
  const flags = Uint8Array.from(attribute.value as boolean[], (v) => (v ? 1 : 0));
  setters.bools(pointer, name, flags, flags.length);
}

function setType(setters: AttributeSetters, op: string, pointer: Deno.PointerValue, attribute: OpAttribute) {
  const name = cString(attribute.name);
  const types = wholeNumbersOf(op, attribute);
  if (types.some((type) => type < 1 || type > LARGEST_DTYPE)) {
    refuse(op, attribute, `numbers of dtypes, 1 to ${LARGEST_DTYPE}`);
  }
  if (!Array.isArray(attribute.value)) setters.type(pointer, name, types[0]!);
  else setters.types(pointer, name, Int32Array.from(types), types.length);
}

function setShape(
  setters: AttributeSetters,
  op: string,
  pointer: Deno.PointerValue,
  attribute: OpAttribute,
) {
  const dims = wholeNumbersOf(op, attribute);
  setters.shape(pointer, cString(attribute.name), int64s(dims), dims.length);
}

/**
 * Sets one attribute of an op; lists where the value is an array.
 * @throws {KernelError} If the value does not fit the type
 */
export function setAttribute(
  setters: AttributeSetters,
  op: string,
  pointer: Deno.PointerValue,
  attribute: OpAttribute,
): void {
  if (typeof attribute?.name !== "string") {
    throw new KernelError(
      `Cannot run ${op}: an attribute is ${JSON.stringify(attribute)}, expected one with a name`,
    );
  }
  switch (attribute.type) {
    case TF_ATTR_STRING:
      return setString(setters, op, pointer, attribute);
    case TF_ATTR_INT:
      return setInt(setters, op, pointer, attribute);
    case TF_ATTR_FLOAT:
      return setFloat(setters, op, pointer, attribute);
    case TF_ATTR_BOOL:
      return setBool(setters, op, pointer, attribute);
    case TF_ATTR_TYPE:
      return setType(setters, op, pointer, attribute);
    case TF_ATTR_SHAPE:
      return setShape(setters, op, pointer, attribute);
    default:
      refuse(op, attribute, `a type from ${TF_ATTR_STRING} to ${TF_ATTR_SHAPE}, found ${attribute.type}`);
  }
}
