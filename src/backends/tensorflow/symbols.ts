/**
 * The part of TensorFlow's C API (c_api.h, eager/c_api.h, tf_tstring.h) that the binding calls, as a Deno FFI table.
 */

const status = "buffer";
/** struct TF_Output { TF_Operation* oper; int index; }, by value. */
const output = { struct: ["pointer", "i32"] } as const;

/** Symbols of `libtensorflow_cc`, in the order of the C headers. */
export const TENSORFLOW_SYMBOLS = {
  TF_Version: { parameters: [], result: "pointer" },
  TF_NewStatus: { parameters: [], result: "pointer" },
  TF_DeleteStatus: { parameters: ["pointer"], result: "void" },
  TF_GetCode: { parameters: ["pointer"], result: "i32" },
  TF_Message: { parameters: ["pointer"], result: "pointer" },
  TF_SetStatus: { parameters: ["pointer", "i32", status], result: "void" },

  TF_NewBuffer: { parameters: [], result: "pointer" },
  TF_DeleteBuffer: { parameters: ["pointer"], result: "void" },
  TF_NewGraph: { parameters: [], result: "pointer" },
  TF_DeleteGraph: { parameters: ["pointer"], result: "void" },
  TF_GraphGetOpDef: { parameters: ["pointer", "buffer", "pointer", "pointer"], result: "void" },
  TF_GraphSetTensorShape: { parameters: ["pointer", output, "buffer", "i32", "pointer"], result: "void" },
  TF_GraphGetTensorNumDims: { parameters: ["pointer", output, "pointer"], result: "i32" },
  TF_GraphGetTensorShape: { parameters: ["pointer", output, "buffer", "i32", "pointer"], result: "void" },
  TF_NewOperation: { parameters: ["pointer", "buffer", "buffer"], result: "pointer" },
  TF_AddInput: { parameters: ["pointer", output], result: "void" },
  TF_AddInputList: { parameters: ["pointer", "buffer", "i32"], result: "void" },
  TF_AddControlInput: { parameters: ["pointer", "pointer"], result: "void" },
  TF_SetAttrString: { parameters: ["pointer", "buffer", "buffer", "usize"], result: "void" },
  TF_SetAttrStringList: { parameters: ["pointer", "buffer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrInt: { parameters: ["pointer", "buffer", "i64"], result: "void" },
  TF_SetAttrIntList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrFloat: { parameters: ["pointer", "buffer", "f32"], result: "void" },
  TF_SetAttrFloatList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrBool: { parameters: ["pointer", "buffer", "u8"], result: "void" },
  TF_SetAttrBoolList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrType: { parameters: ["pointer", "buffer", "i32"], result: "void" },
  TF_SetAttrTypeList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrShape: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrTensor: { parameters: ["pointer", "buffer", "pointer", "pointer"], result: "void" },
  TF_FinishOperation: { parameters: ["pointer", "pointer"], result: "pointer" },
  TF_OperationOutputType: { parameters: [output], result: "i32" },
  TF_GraphToFunctionWithControlOutputs: {
    parameters: [
      "pointer", // graph
      "buffer", // name
      "u8", // append a hash to the name
      "i32", // count of operations; -1 for all
      "buffer", // operations
      "i32",
      "buffer", // inputs
      "i32",
      "buffer", // outputs
      "buffer", // names of outputs
      "i32",
      "buffer", // operations that always run
      "buffer", // their names
      "pointer", // options
      "buffer", // description
      "pointer",
    ],
    result: "pointer",
  },
  TF_DeleteFunction: { parameters: ["pointer"], result: "void" },

  TF_AllocateTensor: { parameters: ["i32", "buffer", "i32", "usize"], result: "pointer" },
  TF_DeleteTensor: { parameters: ["pointer"], result: "void" },
  TF_TensorData: { parameters: ["pointer"], result: "pointer" },
  TF_TensorByteSize: { parameters: ["pointer"], result: "usize" },
  TF_StringInit: { parameters: ["pointer"], result: "void" },
  TF_StringCopy: { parameters: ["pointer", "buffer", "usize"], result: "void" },
  TF_StringGetDataPointer: { parameters: ["pointer"], result: "pointer" },
  TF_StringGetSize: { parameters: ["pointer"], result: "usize" },

  TFE_NewContextOptions: { parameters: [], result: "pointer" },
  TFE_ContextOptionsSetConfig: { parameters: ["pointer", "buffer", "usize", "pointer"], result: "void" },
  TFE_ContextOptionsSetDevicePlacementPolicy: { parameters: ["pointer", "i32"], result: "void" },
  TFE_DeleteContextOptions: { parameters: ["pointer"], result: "void" },
  TFE_NewContext: { parameters: ["pointer", "pointer"], result: "pointer" },
  TFE_ContextListDevices: { parameters: ["pointer", "pointer"], result: "pointer" },
  TFE_ContextAddFunction: { parameters: ["pointer", "pointer", "pointer"], result: "void" },
  TFE_ContextRemoveFunction: { parameters: ["pointer", "buffer", "pointer"], result: "void" },
  TFE_EnableCollectiveOps: { parameters: ["pointer", "buffer", "usize", "pointer"], result: "void" },
  TF_DeviceListCount: { parameters: ["pointer"], result: "i32" },
  TF_DeviceListName: { parameters: ["pointer", "i32", "pointer"], result: "pointer" },
  TF_DeviceListType: { parameters: ["pointer", "i32", "pointer"], result: "pointer" },
  TF_DeviceListMemoryBytes: { parameters: ["pointer", "i32", "pointer"], result: "i64" },
  TF_DeleteDeviceList: { parameters: ["pointer"], result: "void" },

  TFE_NewTensorHandle: { parameters: ["pointer", "pointer"], result: "pointer" },
  TFE_DeleteTensorHandle: { parameters: ["pointer"], result: "void" },
  TFE_TensorHandleDataType: { parameters: ["pointer"], result: "i32" },
  TFE_TensorHandleNumDims: { parameters: ["pointer", "pointer"], result: "i32" },
  TFE_TensorHandleDim: { parameters: ["pointer", "i32", "pointer"], result: "i64" },
  TFE_TensorHandleResolve: { parameters: ["pointer", "pointer"], result: "pointer" },
  resolveInBackground: {
    name: "TFE_TensorHandleResolve",
    parameters: ["pointer", "pointer"],
    result: "pointer",
    nonblocking: true,
  },

  TFE_NewOp: { parameters: ["pointer", "buffer", "pointer"], result: "pointer" },
  TFE_DeleteOp: { parameters: ["pointer"], result: "void" },
  TFE_OpSetDevice: { parameters: ["pointer", "buffer", "pointer"], result: "void" },
  TFE_OpAddInput: { parameters: ["pointer", "pointer", "pointer"], result: "void" },
  TFE_OpSetAttrString: { parameters: ["pointer", "buffer", "buffer", "usize"], result: "void" },
  TFE_OpSetAttrStringList: {
    parameters: ["pointer", "buffer", "buffer", "buffer", "i32"],
    result: "void",
  },
  TFE_OpSetAttrInt: { parameters: ["pointer", "buffer", "i64"], result: "void" },
  TFE_OpSetAttrIntList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrFloat: { parameters: ["pointer", "buffer", "f32"], result: "void" },
  TFE_OpSetAttrFloatList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrBool: { parameters: ["pointer", "buffer", "u8"], result: "void" },
  TFE_OpSetAttrBoolList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrType: { parameters: ["pointer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrTypeList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrShape: { parameters: ["pointer", "buffer", "buffer", "i32", "pointer"], result: "void" },
  TFE_Execute: { parameters: ["pointer", "buffer", "buffer", "pointer"], result: "void" },
  executeInBackground: {
    name: "TFE_Execute",
    parameters: ["pointer", "buffer", "buffer", "pointer"],
    result: "void",
    nonblocking: true,
  },
} as const;

/** The opened library. */
export type TensorflowLibrary = Deno.DynamicLibrary<typeof TENSORFLOW_SYMBOLS>;

const cStrings = new Map<string, Uint8Array<ArrayBuffer>>();

/** A zero-terminated UTF-8 copy of `text` for a `buffer` parameter, kept for the next call with the same text. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  let bytes = cStrings.get(text);
  if (bytes === undefined) {
    bytes = new TextEncoder().encode(`${text}\0`);
    cStrings.set(text, bytes);
  }
  return bytes;
}

/** The text behind a `const char*`; empty for a null pointer. */
export function readCString(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : new Deno.UnsafePointerView(pointer).getCString();
}
