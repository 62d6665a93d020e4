/**
 * What the opened TensorFlow can do here, found out by trying: tiny convolutions, compared with their definition. Which
 * kernels there are depends on the processor, on oneDNN's switch and limits, and on the device, and no list of names tells.
 */
import { KernelError } from "../../core/errors.ts";
import type { OpAttribute } from "./attributes.ts";
import type { TensorflowBinding } from "./binding.ts";
import { TF_BFLOAT16, TF_FLOAT, TF_INT32 } from "./dtypes.ts";
import { attributeList, type OpAttributes } from "./run_op.ts";

/** What the kernels of `src/nn` ask before they choose a way. */
export interface Capabilities {
  /** Whether `Conv2DBackpropInput` takes dilations above 1. */
  readonly dilatedInputGradient: boolean;
  /** Whether `Conv2DBackpropFilter` takes dilations above 1. */
  readonly dilatedWeightGradient: boolean;
  /** Whether convolutions and products of bfloat16, dilated and in all directions, are right within its rounding. */
  readonly bfloat16: boolean;
}

const SIDE = 5;
/** Enough terms in a sum that one kept in bfloat16 shows. */
const CHANNELS = 32;
const OUTPUTS = 4;
const X = [1, SIDE, SIDE, CHANNELS];
const WEIGHTS = [3, 3, CHANNELS, OUTPUTS];
const DY = [1, SIDE, SIDE, OUTPUTS];
const DILATION = 2;

/** A result of 8 significant bits is off by 2⁻⁸ of itself at most; factors are exact here, so sums add next to nothing. */
const ROUNDING = { [TF_FLOAT]: 1e-5, [TF_BFLOAT16]: 2 ** -8 + 1e-5 } as const;
type ProbedType = keyof typeof ROUNDING;

/** Numbers in [1, 2) of seven bits, exact in every type; one sign, so that sums grow. */
function numbers(shape: readonly number[], step: number): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length }, (_, i) => 1 + (i * step % 61) / 64);
}

const [x, weights, dy] = [numbers(X, 7), numbers(WEIGHTS, 11), numbers(DY, 13)];

/** Walks all products of the dilated convolution: indices into x, weights and output. */
function eachProduct(visit: (input: number, weight: number, output: number) => void): void {
  for (let position = 0; position < SIDE * SIDE; position++) {
    for (let tap = 0; tap < 9; tap++) {
      const row = Math.floor(position / SIDE) + (Math.floor(tap / 3) - 1) * DILATION;
      const column = position % SIDE + (tap % 3 - 1) * DILATION;
      if (Math.min(row, column) < 0 || Math.max(row, column) >= SIDE) continue;
      for (let pair = 0; pair < CHANNELS * OUTPUTS; pair++) {
        const [channel, output] = [Math.floor(pair / OUTPUTS), pair % OUTPUTS];
        const input = (row * SIDE + column) * CHANNELS + channel;
        visit(input, tap * CHANNELS * OUTPUTS + pair, position * OUTPUTS + output);
      }
    }
  }
}

/** Output, gradient of the input, gradient of the weights by their definition. */
function expected(): { forward: Float64Array; dx: Float64Array; dw: Float64Array } {
  const forward = new Float64Array(dy.length);
  const [dx, dw] = [new Float64Array(x.length), new Float64Array(weights.length)];
  eachProduct((input, weight, output) => {
    forward[output]! += x[input]! * weights[weight]!;
    dx[input]! += dy[output]! * weights[weight]!;
    dw[weight]! += x[input]! * dy[output]!;
  });
  return { forward, dx, dw };
}

const GEOMETRY: OpAttributes = {
  ints: { strides: [1, 1, 1, 1], dilations: [1, DILATION, DILATION, 1] },
  bools: { use_cudnn_on_gpu: true },
  strings: { padding: "SAME", data_format: "NHWC" },
};

/** A tensor to be made: float32 values in the probed type, or whole numbers. */
type Operand = { readonly shape: readonly number[]; readonly values: Float32Array } | readonly number[];

/** Runs one op of a type, all tensors freed. @throws {KernelError} If TensorFlow refuses it */
function run(
  binding: TensorflowBinding,
  type: ProbedType,
  name: string,
  operands: readonly Operand[],
  attributes: OpAttributes,
): ArrayLike<number> {
  const made: number[] = [];
  const execute = (op: string, inputs: readonly number[], list: readonly OpAttribute[]) => {
    const { id } = binding.executeOp(op, list, inputs, 1)[0]!;
    made.push(id);
    return id;
  };
  const cast = (id: number, from: number, to: number) => {
    if (from === to) return id;
    const list = attributeList({ types: { SrcT: from, DstT: to }, bools: { Truncate: false } });
    return execute("Cast", [id], list.filter((one) => one.name !== "T"));
  };
  const upload = (operand: Operand) => {
    const whole = !("shape" in operand);
    const id = whole
      ? binding.createTensor([operand.length], TF_INT32, Int32Array.from(operand))
      : binding.createTensor(operand.shape, TF_FLOAT, operand.values);
    made.push(id);
    return whole ? id : cast(id, TF_FLOAT, type);
  };
  try {
    const output = execute(name, operands.map(upload), attributeList({ ...attributes, types: { T: type } }));
    return binding.tensorDataSync(cast(output, type, TF_FLOAT)) as Float32Array;
  } finally {
    made.forEach((id) => binding.deleteTensor(id));
  }
}

function isNear(actual: ArrayLike<number>, wanted: Float64Array, rounding: number): boolean {
  return actual.length === wanted.length &&
    wanted.every((value, i) => Math.abs(actual[i]! - value) <= rounding * Math.abs(value));
}

/** Whether an op runs and gives what it should. */
function works(probe: () => boolean): boolean {
  try {
    return probe();
  } catch (error) {
    if (error instanceof KernelError) return false;
    throw error;
  }
}

/** Tries what {@linkcode Capabilities} names; takes milliseconds and leaves no tensor. */
export function probeCapabilities(binding: TensorflowBinding): Capabilities {
  const wanted = expected();
  const [input, kernel, given] = [
    { shape: X, values: x },
    { shape: WEIGHTS, values: weights },
    { shape: DY, values: dy },
  ];
  const check = (type: ProbedType, name: string, operands: readonly Operand[], result: Float64Array) =>
    works(() => isNear(run(binding, type, name, operands, GEOMETRY), result, ROUNDING[type]));
  const inputGradient = (type: ProbedType) =>
    check(type, "Conv2DBackpropInput", [X, kernel, given], wanted.dx);
  const weightGradient = (type: ProbedType) =>
    check(type, "Conv2DBackpropFilter", [input, WEIGHTS, given], wanted.dw);
  return {
    dilatedInputGradient: inputGradient(TF_FLOAT),
    dilatedWeightGradient: weightGradient(TF_FLOAT),
    bfloat16: check(TF_BFLOAT16, "Conv2D", [input, kernel], wanted.forward) &&
      inputGradient(TF_BFLOAT16) && weightGradient(TF_BFLOAT16),
  };
}
