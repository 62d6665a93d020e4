import type { TensorflowLibrary } from "./symbols.ts";

type Pointer = Deno.PointerValue;
type Bytes = Uint8Array<ArrayBuffer>;

/** The C functions that set attributes: of an op to run, or of a node of a graph. */
export interface AttributeSetters {
  string(op: Pointer, name: Bytes, value: Bytes, length: bigint): void;
  strings(
    op: Pointer,
    name: Bytes,
    values: BigUint64Array<ArrayBuffer>,
    lengths: BigUint64Array<ArrayBuffer>,
    count: number,
  ): void;
  int(op: Pointer, name: Bytes, value: bigint): void;
  ints(op: Pointer, name: Bytes, values: BigInt64Array<ArrayBuffer>, count: number): void;
  float(op: Pointer, name: Bytes, value: number): void;
  floats(op: Pointer, name: Bytes, values: Float32Array<ArrayBuffer>, count: number): void;
  bool(op: Pointer, name: Bytes, value: number): void;
  bools(op: Pointer, name: Bytes, values: Bytes, count: number): void;
  type(op: Pointer, name: Bytes, value: number): void;
  types(op: Pointer, name: Bytes, values: Int32Array<ArrayBuffer>, count: number): void;
  shape(op: Pointer, name: Bytes, dims: BigInt64Array<ArrayBuffer>, rank: number): void;
}

/** Setters of an eager op, a TFE_Op. @param status Hears of a wrong shape */
export function eagerSetters(
  symbols: TensorflowLibrary["symbols"],
  status: Deno.PointerObject,
): AttributeSetters {
  return {
    string: symbols.TFE_OpSetAttrString,
    strings: symbols.TFE_OpSetAttrStringList,
    int: symbols.TFE_OpSetAttrInt,
    ints: symbols.TFE_OpSetAttrIntList,
    float: symbols.TFE_OpSetAttrFloat,
    floats: symbols.TFE_OpSetAttrFloatList,
    bool: symbols.TFE_OpSetAttrBool,
    bools: symbols.TFE_OpSetAttrBoolList,
    type: symbols.TFE_OpSetAttrType,
    types: symbols.TFE_OpSetAttrTypeList,
    shape: (op, name, dims, rank) => symbols.TFE_OpSetAttrShape(op, name, dims, rank, status),
  };
}

/** Setters of a graph's node that is being described, a TF_OperationDescription. */
export function graphSetters(symbols: TensorflowLibrary["symbols"]): AttributeSetters {
  return {
    string: symbols.TF_SetAttrString,
    strings: symbols.TF_SetAttrStringList,
    int: symbols.TF_SetAttrInt,
    ints: symbols.TF_SetAttrIntList,
    float: symbols.TF_SetAttrFloat,
    floats: symbols.TF_SetAttrFloatList,
    bool: symbols.TF_SetAttrBool,
    bools: symbols.TF_SetAttrBoolList,
    type: symbols.TF_SetAttrType,
    types: symbols.TF_SetAttrTypeList,
    shape: symbols.TF_SetAttrShape,
  };
}
