import type { OnnxAttribute, OnnxDtype, OnnxNode, OnnxTensor } from "../formats/onnx_model.ts";
import type { ConvNode, GraphWeight } from "./graph.ts";
import { type Int8Code, quantizeConv } from "./quantization.ts";

/** Elements of a constant. */
export type OnnxElements = Float32Array | Int8Array | Int32Array | BigInt64Array;
/** Attributes of a node by name. */
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

/** Collects the nodes and constants of an ONNX graph; with int8 codes, puts QuantizeLinear and DequantizeLinear between. */
export class OnnxParts {
  /** In an order in which they can run. */
  readonly nodes: OnnxNode[] = [];
  /** Constants. */
  readonly initializers: OnnxTensor[] = [];
  readonly #codes: ReadonlyMap<string, Int8Code>;

  /**
   * Parts without nodes.
   * @param codes The int8 code of each value that has one; none for a float model
   */
  constructor(codes: ReadonlyMap<string, Int8Code>) {
    this.#codes = codes;
  }

  /** Adds a node that makes the value `name`, and rounds it where it has a code. */
  node(op: string, name: string, inputs: readonly string[], attributes: OnnxAttributes = {}): void {
    this.nodes.push({ op, name, inputs, outputs: [name], attributes });
    this.round(name);
  }

  /** The name under which a value is read: after rounding, where it has a code. */
  read(name: string): string {
    return this.#codes.has(name) ? `${name}.rounded` : name;
  }

  /** Adds the rounding of a value that has a code. */
  round(name: string): void {
    const code = this.#codes.get(name);
    if (code === undefined) return;
    const scale = this.constant(`${name}.scale`, "float32", [], Float32Array.of(code.scale));
    const zero = this.constant(`${name}.zero`, "int8", [], Int8Array.of(code.zeroPoint));
    this.nodes.push(
      { op: "QuantizeLinear", name: `${name}.q`, inputs: [name, scale, zero], outputs: [`${name}.int8`] },
      {
        op: "DequantizeLinear",
        name: `${name}.dq`,
        inputs: [`${name}.int8`, scale, zero],
        outputs: [`${name}.rounded`],
      },
    );
  }

  /** Adds a constant and returns its name. */
  constant(name: string, dtype: OnnxDtype, shape: readonly number[], elements: OnnxElements): string {
    const data = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
    this.initializers.push({ name, dtype, shape, data });
    return name;
  }

  /** The name of a number, added at the first call. */
  shared(name: string, value: number): string {
    if (this.initializers.some((one) => one.name === name)) return name;
    return this.constant(name, "float32", [], Float32Array.of(value));
  }

  /** Adds a learned array as it is. */
  weight(weight: GraphWeight): string {
    return this.constant(weight.name, "float32", weight.shape, weight.data);
  }

  /** Adds the weights of a convolution, int8 where its input has a code; returns the names to read. */
  convWeights(node: ConvNode): string[] {
    const code = this.#codes.get(node.inputs[0]!);
    if (code === undefined) {
      return [node.weight, ...(node.bias ? [node.bias] : [])].map((w) => this.weight(w));
    }
    const { codes, scales, bias, biasScales } = quantizeConv(node, code.scale);
    const weight = this.#rounded(node.weight, "int8", codes, scales);
    if (node.bias === undefined || bias === undefined) return [weight];
    return [weight, this.#rounded(node.bias, "int32", bias, biasScales)];
  }

  #rounded(
    weight: GraphWeight,
    dtype: "int8" | "int32",
    codes: Int8Array | Int32Array,
    scales: Float32Array,
  ): string {
    const name = this.constant(weight.name, dtype, weight.shape, codes);
    const scale = this.constant(`${name}.scale`, "float32", [scales.length], scales);
    const zeros = dtype === "int8" ? new Int8Array(scales.length) : new Int32Array(scales.length);
    const zero = this.constant(`${name}.zero`, dtype, [scales.length], zeros);
    const outputs = [`${name}.rounded`];
    this.nodes.push({
      op: "DequantizeLinear",
      name: `${name}.dq`,
      inputs: [name, scale, zero],
      outputs,
      attributes: { axis: { int: 0 } },
    });
    return outputs[0]!;
  }
}
