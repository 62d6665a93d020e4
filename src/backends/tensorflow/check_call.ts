import {
  type OpAttribute,
  TF_ATTR_BOOL,
  TF_ATTR_FLOAT,
  TF_ATTR_INT,
  TF_ATTR_SHAPE,
  TF_ATTR_STRING,
  TF_ATTR_TYPE,
} from "./attributes.ts";
import type { OpDefinition } from "./op_definitions.ts";

const KINDS: Readonly<Record<number, string>> = {
  [TF_ATTR_STRING]: "string",
  [TF_ATTR_INT]: "int",
  [TF_ATTR_FLOAT]: "float",
  [TF_ATTR_BOOL]: "bool",
  [TF_ATTR_TYPE]: "type",
  [TF_ATTR_SHAPE]: "shape",
};

/** Larger windows and steps overflow the sizes that TensorFlow computes. */
const LARGEST_STEP = 1 << 20;

function kindOf({ type, value }: OpAttribute): string {
  const kind = KINDS[type] ?? `type ${type}`;
  return Array.isArray(value) && type !== TF_ATTR_SHAPE ? `list(${kind})` : kind;
}

/** Ranks of the inputs of ops whose oneDNN kernels abort at others. */
const RANKS: Readonly<Record<string, readonly number[]>> = {
  Conv2D: [4, 4],
  Conv2DBackpropFilter: [4, 1, 4],
  Conv2DBackpropInput: [1, 4, 4],
  DepthwiseConv2dNative: [4, 4],
  DepthwiseConv2dNativeBackpropFilter: [4, 1, 4],
  DepthwiseConv2dNativeBackpropInput: [1, 4, 4],
};

/** Windows and steps of convolutions and pools: one that oneDNN cannot take makes later, right calls abort. */
function problemOfWindow({ name, value }: OpAttribute, axes: number | undefined): string | undefined {
  if (name !== "strides" && name !== "dilations" && name !== "ksize") return undefined;
  const fits = Array.isArray(value) && value.every((step) => step >= 1 && step <= LARGEST_STEP);
  if (fits && (axes === undefined || value.length === axes)) return undefined;
  return `${name} are ${JSON.stringify(value)}, expected ${
    axes ?? ""
  } whole numbers from 1 to ${LARGEST_STEP}`;
}

function problemOfShapes(
  op: string,
  inputs: readonly { readonly shape: readonly number[] }[],
  attributes: readonly OpAttribute[],
): string | undefined {
  const ranks = RANKS[op];
  if (ranks !== undefined && inputs.some(({ shape }, i) => shape.length !== ranks[i])) {
    return `expected inputs of ${ranks} axes`;
  }
  const axes = ranks === undefined ? undefined : 4;
  return attributes.map((attribute) => problemOfWindow(attribute, axes)).find((problem) =>
    problem !== undefined
  );
}

/**
 * Looks for what TensorFlow does not refuse itself, but dies of: too many inputs (it reads beyond its own lists),
 * attributes missing or of another kind (its oneDNN rewrite aborts), lists of any length (it allocates them first),
 * convolutions of other ranks.
 * @returns What is wrong; undefined where nothing is
 */
export function problemOfCall(
  op: string,
  definition: OpDefinition,
  given: readonly { readonly shape: readonly number[] }[],
  outputCount: number,
  attributes: readonly OpAttribute[],
): string | undefined {
  const { inputs, attributes: kinds, required, lengths } = definition;
  const inputCount = given.length;
  if (inputs !== undefined && inputs !== inputCount) {
    return `it has ${inputCount} inputs, expected ${inputs}`;
  }
  for (const attribute of attributes) {
    if (
      lengths.includes(attribute?.name) && !(Number(attribute.value) <= Math.max(inputCount, outputCount))
    ) {
      return `attribute "${attribute.name}" is ${attribute.value}, expected the length of its list`;
    }
    const kind = kinds.get(attribute?.name);
    if (kind === undefined || kind === kindOf(attribute)) continue;
    return `attribute "${attribute.name}" is a ${kindOf(attribute)}, expected a ${kind}`;
  }
  const missing = required.filter((name) => !attributes.some((attribute) => attribute?.name === name));
  if (missing.length > 0) {
    return `attribute "${missing[0]}" is missing, expected a ${kinds.get(missing[0]!)}`;
  }
  return problemOfShapes(op, given, attributes);
}
