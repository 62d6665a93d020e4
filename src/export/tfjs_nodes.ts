import { Buffer } from "node:buffer";
import type { TfjsConstant } from "./tfjs_weights.ts";

/** A value of a node's attribute, in the JSON form of TensorFlow's `AttrValue`. */
export type TfjsAttribute = Readonly<Record<string, unknown>>;

/** A node in the JSON form of TensorFlow's `NodeDef`. */
export interface TfjsNode {
  /** Name of the node and of its first output. */
  readonly name: string;
  /** Name of the operation. */
  readonly op: string;
  /** Names of nodes. */
  readonly input: readonly string[];
  /** By name. */
  readonly attr: Readonly<Record<string, TfjsAttribute>>;
}

function encodeBase64(value: string): string {
  return Buffer.from(value).toString("base64");
}

/** A list of integers as an attribute. */
export function integers(values: readonly number[]): TfjsAttribute {
  return { list: { i: values.map(String) } };
}

/** A text as an attribute; JSON holds it in base64. */
export function text(value: string): TfjsAttribute {
  return { s: encodeBase64(value) };
}

/** A list of texts as an attribute. */
export function texts(values: readonly string[]): TfjsAttribute {
  return { list: { s: values.map(encodeBase64) } };
}

/** Axis lengths as an attribute; −1 for one that is known at run time only. */
export function dimensions(shape: readonly number[]): { readonly dim: { readonly size: string }[] } {
  return { dim: shape.map((size) => ({ size: String(size) })) };
}

/** The element type float32 as an attribute. */
export const FLOAT: TfjsAttribute = { type: "DT_FLOAT" };

/** Collects the nodes and constants of a TF.js graph. */
export class TfjsParts {
  /** In the order in which they run. */
  readonly nodes: TfjsNode[] = [];
  /** One for each node of the operation Const. */
  readonly constants: TfjsConstant[] = [];

  /** Adds a node. */
  node(op: string, name: string, input: readonly string[], attr: Record<string, TfjsAttribute> = {}): void {
    this.nodes.push({ name, op, input, attr: { T: FLOAT, ...attr } });
  }

  /** Adds a constant and returns its name. */
  constant(name: string, shape: readonly number[], data: Float32Array | Int32Array): string {
    const dtype = data instanceof Int32Array ? "DT_INT32" : "DT_FLOAT";
    const value = { tensor: { dtype, tensorShape: dimensions(shape) } };
    this.constants.push({ name, shape, data });
    this.nodes.push({ name, op: "Const", input: [], attr: { dtype: { type: dtype }, value } });
    return name;
  }

  /** Adds a list of integers as a constant and returns its name. */
  integers(name: string, values: readonly number[]): string {
    return this.constant(name, [values.length], Int32Array.from(values));
  }
}
