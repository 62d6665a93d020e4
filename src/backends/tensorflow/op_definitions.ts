import { BinaryReader } from "@bufbuild/protobuf/wire";
import type { TensorflowContext } from "./context.ts";
import { cString } from "./symbols.ts";

/** What must be known of an op before TensorFlow may see a call of it. */
export interface OpDefinition {
  /** How many inputs it takes; undefined where it takes a list. */
  readonly inputs: number | undefined;
  /** Each input in order: one tensor, or a list whose length the attribute named here holds (a number, or a list of types). */
  readonly inputLists: readonly (string | undefined)[];
  /** Whether a call does more than its results show: state that it reads or changes, randomness, messages. */
  readonly stateful: boolean;
  /** Kind of each attribute, `int`, `list(int)`, `type`… by name. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Attributes that neither have a default nor follow from the inputs. */
  readonly required: readonly string[];
  /** Attributes that say how long a list of inputs or outputs is. */
  readonly lengths: readonly string[];
}

type Fields = Map<number, Uint8Array[]>;

/** The fields of a message that hold bytes (texts and messages), by number. */
function bytesFields(message: Uint8Array): Fields {
  const fields: Fields = new Map();
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType !== 2) reader.skip(wireType);
    else fields.set(field, [...fields.get(field) ?? [], reader.bytes()]);
  }
  return fields;
}

function text(fields: Fields, field: number): string {
  return new TextDecoder().decode(fields.get(field)?.[0]);
}

/** OpDef 17, is_stateful. */
function isStateful(message: Uint8Array): boolean {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 17) return reader.bool();
    reader.skip(wireType);
  }
  return false;
}

/** Reads a serialized OpDef (op_def.proto: OpDef 2 input_arg, 3 output_arg, 4 attr; ArgDef 4, 5, 6; AttrDef 1 name, 2 type, 3 default). */
export function parseOpDefinition(definition: Uint8Array): OpDefinition {
  const fields = bytesFields(definition);
  const inputs = (fields.get(2) ?? []).map(bytesFields);
  const [type, number, typeList] = [4, 5, 6];
  const inferred = new Set(
    inputs.flatMap((input) => [type, number, typeList].map((field) => text(input, field))),
  );
  const outputs = (fields.get(3) ?? []).map(bytesFields);
  const attributes = (fields.get(4) ?? []).map(bytesFields);
  return {
    inputs: inputs.some((input) => input.has(number) || input.has(typeList)) ? undefined : inputs.length,
    inputLists: inputs.map((input) => text(input, number) || text(input, typeList) || undefined),
    stateful: isStateful(definition),
    attributes: new Map(attributes.map((attribute) => [text(attribute, 1), text(attribute, 2)])),
    required: attributes.filter((attribute) => !attribute.has(3)).map((attribute) => text(attribute, 1))
      .filter((name) => !inferred.has(name)),
    lengths: [...inputs, ...outputs].map((argument) => text(argument, number)).filter((name) => name !== ""),
  };
}

/** TensorFlow's definitions of its ops, each asked for once. */
export class OpDefinitions {
  #context: TensorflowContext;
  #graph: Deno.PointerValue;
  #known = new Map<string, OpDefinition | undefined>();

  /** @param context Whose library is asked */
  constructor(context: TensorflowContext) {
    this.#context = context;
    this.#graph = context.symbols.TF_NewGraph();
  }

  /** The definition of an op; undefined where TensorFlow has none. */
  get(op: string): OpDefinition | undefined {
    if (!this.#known.has(op)) this.#known.set(op, this.#read(op));
    return this.#known.get(op);
  }

  #read(op: string): OpDefinition | undefined {
    const { symbols, status } = this.#context;
    const buffer = symbols.TF_NewBuffer()!;
    try {
      symbols.TF_GraphGetOpDef(this.#graph, cString(op), buffer, status);
      if (symbols.TF_GetCode(status) !== 0) {
        symbols.TF_SetStatus(status, 0, cString(""));
        return undefined;
      }
      // struct TF_Buffer { const void* data; size_t length; … }
      const view = new Deno.UnsafePointerView(buffer);
      const [data, length] = [view.getPointer(0), Number(view.getBigUint64(8))];
      if (data === null) return undefined;
      return parseOpDefinition(new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(data, length)));
    } finally {
      symbols.TF_DeleteBuffer(buffer);
    }
  }
}
