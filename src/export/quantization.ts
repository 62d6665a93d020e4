import {
  consumerCounts,
  type ConvNode,
  type GraphWeight,
  type InferenceGraph,
  isRectifier,
} from "./graph.ts";

/** Least and greatest value that each node's output took on the calibration pictures. */
export type ActivationRanges = ReadonlyMap<string, readonly [minimum: number, maximum: number]>;

/** An affine int8 code: `real = scale · (code − zeroPoint)`, codes −128..127. */
export interface Int8Code {
  /** A float32, above 0. */
  readonly scale: number;
  /** -128..127 */
  readonly zeroPoint: number;
}

/** Convolution weights as int8, symmetric (no zero point), a scale for each output channel; bias in `scale · inputScale`. */
export interface Int8Weights {
  /** −127..127, in the order of the weights. */
  readonly codes: Int8Array;
  /** One an output channel. */
  readonly scales: Float32Array;
  /** One an output channel. */
  readonly bias: Int32Array | undefined;
  /** One an output channel. */
  readonly biasScales: Float32Array;
}

/**
 * The values of a graph that int8 covers: the picture and every value up to the logits at feature size. A convolution
 * or sum that only a ReLU takes stays out: it is rounded after the ReLU.
 */
export function quantizedValues(graph: InferenceGraph): string[] {
  const counts = consumerCounts(graph);
  const beforeRelu = new Set(
    graph.nodes.filter((node) => isRectifier(node) && counts.get(node.inputs[0]!) === 1)
      .map((node) => node.inputs[0]!),
  );
  const covered = graph.nodes.filter((node) => node.op !== "resize" && node.op !== "argmax");
  return [graph.input, ...covered.map((node) => node.name).filter((name) => !beforeRelu.has(name))];
}

/**
 * The int8 code of each covered value. The picture's code is exact for pixels 0..255; a max pool keeps the code of its
 * input.
 * @throws {RangeError} If a range is missing or not finite
 */
export function int8Codes(graph: InferenceGraph, ranges: ActivationRanges): Map<string, Int8Code> {
  const codes = new Map<string, Int8Code>([[graph.input, { scale: 1, zeroPoint: -128 }]]);
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  for (const name of quantizedValues(graph).slice(1)) {
    const node = byName.get(name)!;
    const shared = node.op === "maxPool" ? codes.get(node.inputs[0]!) : undefined;
    codes.set(name, shared ?? int8Code(name, ranges.get(name)));
  }
  return codes;
}

/** The code that covers a range and has 0 exactly, so that zero padding stays zero. */
function int8Code(name: string, range: readonly [number, number] | undefined): Int8Code {
  if (range === undefined || !range.every(Number.isFinite)) {
    const state = range === undefined ? "no range was measured" : `its range is [${range.join(", ")}]`;
    throw new RangeError(
      `Cannot quantize "${name}": ${state}, expected finite values from calibration pictures`,
    );
  }
  const low = Math.min(0, range[0]);
  const high = Math.max(0, range[1]);
  if (high === low) return { scale: 1, zeroPoint: 0 };
  const scale = Math.fround((high - low) / 255);
  return { scale, zeroPoint: clamp(Math.round(-128 - low / scale), -128, 127) };
}

/**
 * Rounds a convolution's weights to −127..127, each output channel by its greatest magnitude.
 * @param inputScale Scale of the code of the convolution's input
 */
export function quantizeConv(node: ConvNode, inputScale: number): Int8Weights {
  const channels = node.channels;
  const size = node.weight.data.length / channels;
  const scales = Float32Array.from({ length: channels }, (_, c) => {
    return weightScale(
      node.weight.data.subarray(c * size, (c + 1) * size),
      node.bias?.data[c] ?? 0,
      inputScale,
    );
  });
  const codes = Int8Array.from(
    node.weight.data,
    (w, i) => clamp(Math.round(w / scales[Math.floor(i / size)]!), -127, 127),
  );
  const biasScales = scales.map((scale) => scale * inputScale);
  return { codes, scales, bias: quantizeBias(node.bias, biasScales), biasScales };
}

/** Of one output channel; large enough that the bias fits int32 even where all weights are nearly zero. */
function weightScale(weights: Float32Array, bias: number, inputScale: number): number {
  const greatest = weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
  const scale = Math.max(greatest / 127, Math.abs(bias) / inputScale / 2 ** 30);
  return scale > 0 ? scale : 1;
}

function quantizeBias(bias: GraphWeight | undefined, scales: Float32Array): Int32Array | undefined {
  return bias && Int32Array.from(bias.data, (value, c) => Math.round(value / scales[c]!));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
