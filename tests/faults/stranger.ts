/**
 * Somebody who reaches the port of a TensorFlow server: has it read a file and write what is in it to another.
 *
 *     deno run -A tests/faults/stranger.ts HOST:PORT FROM TO
 */
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { findLibrary } from "../../src/backends/library/find_library.ts";
import { contextAddress, openTensorflow } from "../../src/backends/tensorflow/open_tensorflow.ts";
import { cString, readCString } from "../../src/backends/tensorflow/symbols.ts";

const OUTPUT = { struct: ["pointer", "i32"] } as const;

const SYMBOLS = {
  TF_NewStatus: { parameters: [], result: "pointer" },
  TF_GetCode: { parameters: ["pointer"], result: "i32" },
  TF_Message: { parameters: ["pointer"], result: "pointer" },
  TF_NewGraph: { parameters: [], result: "pointer" },
  TF_NewOperation: { parameters: ["pointer", "buffer", "buffer"], result: "pointer" },
  TF_SetAttrType: { parameters: ["pointer", "buffer", "i32"], result: "void" },
  TF_SetAttrValueProto: {
    parameters: ["pointer", "buffer", "buffer", "usize", "pointer"],
    result: "void",
  },
  TF_AddInput: { parameters: ["pointer", OUTPUT], result: "void" },
  TF_FinishOperation: { parameters: ["pointer", "pointer"], result: "pointer" },
  TF_NewSessionOptions: { parameters: [], result: "pointer" },
  TF_SetTarget: { parameters: ["pointer", "buffer"], result: "void" },
  TF_NewSession: { parameters: ["pointer", "pointer", "pointer"], result: "pointer" },
  TF_SessionRun: {
    // session, options, inputs and values, outputs and values, targets, metadata, status
    parameters: [
      "pointer",
      "pointer",
      "pointer",
      "pointer",
      "i32",
      "pointer",
      "pointer",
      "i32",
      "buffer",
      "i32",
      "pointer",
      "pointer",
    ],
    result: "void",
  },
} as const;

const DT_STRING = 7;

const library = await findLibrary();
if (!library.found) throw new Error(library.reasons.join("; "));
await openTensorflow(library);
const tf = Deno.dlopen(contextAddress()!.path, SYMBOLS).symbols;
const status = tf.TF_NewStatus();
const graph = tf.TF_NewGraph();

function check(): void {
  if (tf.TF_GetCode(status) !== 0) throw new Error(readCString(tf.TF_Message(status)));
}

/** AttrValue { tensor 8: TensorProto { dtype 1, tensor_shape 2 (a scalar's is empty), string_val 8 } }. */
function stringValue(text: string): Uint8Array<ArrayBuffer> {
  const tensor = new BinaryWriter().uint32(8).int32(DT_STRING).uint32(18).bytes(new Uint8Array())
    .uint32(66).bytes(new TextEncoder().encode(text)).finish();
  return new BinaryWriter().uint32(66).bytes(tensor).finish() as Uint8Array<ArrayBuffer>;
}

/** An output as TF_Output has it: the operation, then index 0. */
function outputOf(operation: Deno.PointerValue): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, Deno.UnsafePointer.value(operation), true);
  return bytes;
}

function add(type: string, name: string, inputs: readonly Deno.PointerValue[], text?: string) {
  const description = tf.TF_NewOperation(graph, cString(type), cString(name));
  if (text !== undefined) {
    const value = stringValue(text);
    tf.TF_SetAttrType(description, cString("dtype"), DT_STRING);
    tf.TF_SetAttrValueProto(description, cString("value"), value, BigInt(value.length), status);
    check();
  }
  for (const input of inputs) tf.TF_AddInput(description, outputOf(input));
  const operation = tf.TF_FinishOperation(description, status);
  check();
  return operation;
}

const [address, from, to] = Deno.args;
const read = add("ReadFile", "read", [add("Const", "from", [], from!)]);
const write = add("WriteFile", "write", [add("Const", "to", [], to!), read]);
const options = tf.TF_NewSessionOptions();
tf.TF_SetTarget(options, cString(`grpc://${address}`));
const session = tf.TF_NewSession(graph, options, status);
check();
const targets = outputOf(write).slice(0, 8);
tf.TF_SessionRun(session, null, null, null, 0, null, null, 0, targets, 1, null, status);
check();
console.log("the server did it");
Deno.exit(0);
