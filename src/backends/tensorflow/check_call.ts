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

function kindOf({ type, value }: OpAttribute): string {
  const kind = KINDS[type] ?? `type ${type}`;
  return Array.isArray(value) && type !== TF_ATTR_SHAPE ? `list(${kind})` : kind;
}

/**
 * Looks for what TensorFlow does not refuse itself, but dies of: too many inputs (it reads beyond its own lists), and
 * attributes missing or of another kind (its oneDNN rewrite aborts).
 * @returns What is wrong; undefined where nothing is
 */
export function problemOfCall(
  definition: OpDefinition,
  inputCount: number,
  attributes: readonly OpAttribute[],
): string | undefined {
  const { inputs, attributes: kinds, required } = definition;
  if (inputs !== undefined && inputs !== inputCount) {
    return `it has ${inputCount} inputs, expected ${inputs}`;
  }
  for (const attribute of attributes) {
    const kind = kinds.get(attribute?.name);
    if (kind === undefined || kind === kindOf(attribute)) continue;
    return `attribute "${attribute.name}" is a ${kindOf(attribute)}, expected a ${kind}`;
  }
  const missing = required.filter((name) => !attributes.some((attribute) => attribute?.name === name));
  return missing.length === 0
    ? undefined
    : `attribute "${missing[0]}" is missing, expected a ${kinds.get(missing[0]!)}`;
}
