/** Generated calls that are wrong, each in one way. */
import * as tf from "@tensorflow/tfjs-core";
import type { OpAttribute } from "../../../src/backends/tensorflow/attributes.ts";
import type { TensorflowBinding } from "../../../src/backends/tensorflow/binding.ts";
import { convolution } from "../../../src/nn/convolution.ts";
import { crossEntropy } from "../../../src/nn/cross_entropy.ts";
import { maxPool } from "../../../src/nn/max_pool.ts";
import { resizeBilinear } from "../../../src/nn/pool_and_resize.ts";
import { Tape } from "../../../src/nn/tape.ts";
import { attention } from "../../../src/nn/attention.ts";
import { gatherBatch, sliceBatch } from "../../../src/nn/arithmetic.ts";

/** A call and its text. */
export interface WrongCall {
  readonly text: string;
  run(): unknown;
}

type Calls = readonly (readonly [string, () => unknown])[];

function map(shape: readonly number[], dtype: tf.DataType = "float32"): tf.Tensor4D {
  return tf.ones(shape as [number], dtype) as tf.Tensor as tf.Tensor4D;
}

function indices(...values: number[]): tf.Tensor1D {
  return tf.tensor1d(values, "int32");
}

const SHAPES = [[2, 3], [3, 2], [1, 5, 5, 2], [2, 4, 4, 3], [4], [0, 3], [2, 0, 4, 3]] as const;

/** Two shapes that no rule puts together. */
const MISFITS = [[[2, 3], [3, 2]], [[2, 3], [4]], [[1, 5, 5, 2], [1, 5, 5, 3]], [[0, 3], [2]], [[4], [
  5,
]]] as const;

function misfits(): Calls {
  const ops = { add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div, maximum: tf.maximum, equal: tf.equal };
  return Object.entries(ops).flatMap(([name, op]) =>
    MISFITS.map(([a, b]) => [`${name} [${a}] [${b}]`, () => op(map(a), map(b))] as const)
  );
}

/** Every op on a tensor that is gone. */
function disposed(): Calls {
  const gone = (shape: readonly number[]) => {
    const tensor = map(shape);
    tensor.dispose();
    return tensor;
  };
  const ops: Readonly<Record<string, (x: tf.Tensor4D) => unknown>> = {
    add: (x) => tf.add(x, 1),
    mul: (x) => tf.mul(map(x.shape), x),
    relu: tf.relu,
    sum: (x) => tf.sum(x),
    mean: (x) => tf.mean(x, 0),
    reshape: (x) => tf.reshape(x, [-1]),
    clone: tf.clone,
    cast: (x) => tf.cast(x, "int32"),
    transpose: (x) => tf.transpose(x),
    slice: (x) => tf.slice(x, 0, 1),
    concat: (x) => tf.concat([map(x.shape), x], 0),
    stack: (x) => tf.stack([x, x]),
    pad: (x) => tf.pad(x, x.shape.map(() => [1, 1] as [number, number])),
    tile: (x) => tf.tile(x, x.shape.map(() => 2)),
    gather: (x) => tf.gather(x, indices(0)),
    softmax: tf.softmax,
    dataSync: (x) => x.dataSync(),
  };
  return Object.entries(ops).flatMap(([name, op]) =>
    SHAPES.slice(0, 4).map((shape) => [`${name} of disposed [${shape}]`, () => op(gone(shape))] as const)
  );
}

/** Numbers that are no index and no size. */
const NO_INDEX = [NaN, 0.5, Infinity, -7] as const;

function indexing(): Calls {
  const x = map([2, 4, 4, 3]);
  const ops: Readonly<Record<string, (n: number) => unknown>> = {
    "slice from": (n) => tf.slice(x, [n, 0, 0, 0], [1, 1, 1, 1]),
    "slice of": (n) => tf.slice(x, [0, 0, 0, 0], [n, 1, 1, 1]),
    "tile by": (n) => tf.tile(x, [n, 1, 1, 1]),
    "reshape to": (n) => tf.reshape(x, [n, 3]),
    "oneHot of depth": (n) => tf.oneHot(indices(0, 1), n),
    "zeros": (n) => tf.zeros([n, 2]).dataSync(),
    "fill": (n) => tf.fill([n, 2], 1),
    "sum over": (n) => tf.sum(x, n),
    "concat along": (n) => tf.concat([x, x], n),
    "stack at": (n) => tf.stack([x, x], n),
    "reverse along": (n) => tf.reverse(x, n),
    "transpose to": (n) => tf.transpose(x, [n, 1, 2, 3]),
    "pad by": (n) => tf.pad(x, [[n, 0], [0, 0], [0, 0], [0, 0]]),
    "split at": (n) => tf.split(x, [n, 1], 0),
    "stridedSlice from": (n) => tf.stridedSlice(x, [0, 0, 0, 0], [2, 4, 4, 3], [n === -7 ? 0 : n, 1, 1, 1]),
    "maxPool window": (n) => tf.maxPool(x, n, 1, "valid"),
    "conv2d stride": (n) => tf.conv2d(x, map([3, 3, 3, 2]), n, "same"),
    "conv2d dilation": (n) => tf.conv2d(x, map([3, 3, 3, 2]), 1, "same", "NHWC", n),
    "gather along": (n) => tf.gather(x, indices(0), n),
  };
  return Object.entries(ops).flatMap(([name, op]) =>
    NO_INDEX.map((n) => [`${name} ${n} [${x.shape}]`, () => op(n)] as const)
  );
}

function shapesAndDtypes(): Calls {
  const x = map([2, 4, 4, 3]);
  const text = tf.tensor(["a", "b"]) as unknown as tf.Tensor4D;
  const flags = map([2, 3], "bool");
  const outside = [[7], [-1], [0, 2], [2147483647]].map((list): Calls[number] => [
    `gather ${list} of [2, 4, 4, 3]`,
    () => tf.gather(x, indices(...list)),
  ]);
  return [
    ...outside,
    ["matMul [2, 3] [2, 3]", () => tf.matMul(map([2, 3]), map([2, 3]))],
    ["matMul [2, 2, 3] [3, 3, 2]", () => tf.matMul(map([2, 2, 3]), map([3, 3, 2]))],
    ["matMul of scalars", () => tf.matMul(tf.scalar(1), tf.scalar(1))],
    ["matMul of bool", () => tf.matMul(flags, map([3, 2], "bool"))],
    ["concat [2, 3] [2, 4] along 0", () => tf.concat([map([2, 3]), map([2, 4])], 0)],
    ["concat of nothing", () => tf.concat([])],
    ["stack [2, 3] [3, 2]", () => tf.stack([map([2, 3]), map([3, 2])])],
    ["reshape [2, 3] to [7]", () => tf.reshape(map([2, 3]), [7])],
    ["reshape [0, 3] to [4]", () => tf.reshape(map([0, 3]), [4])],
    ["transpose [2, 3] to [0, 0]", () => tf.transpose(map([2, 3]), [0, 0])],
    ["conv2d channels", () => tf.conv2d(x, map([3, 3, 2, 4]), 1, "same")],
    ["conv2d rank 2", () => tf.conv2d(map([2, 3]), map([3, 3, 2, 4]), 1, "same")],
    ["conv2d int32", () => tf.conv2d(map([1, 4, 4, 1], "int32"), map([3, 3, 1, 1]), 1, "same")],
    ["conv2d larger than input", () => tf.conv2d(x, map([9, 9, 3, 2]), 1, "valid")],
    ["conv2d of a string", () => tf.conv2d(text, map([3, 3, 1, 1]), 1, "same")],
    ["depthwiseConv2d channels", () => tf.depthwiseConv2d(x, map([3, 3, 2, 1]), 1, "same")],
    ["maxPool rank 2", () => tf.maxPool(map([2, 3]), 2, 1, "valid")],
    ["maxPool 9 of 4", () => tf.maxPool(x, 9, 1, "valid")],
    ["maxPool bool", () => tf.maxPool(map([1, 4, 4, 1], "bool"), 2, 1, "valid")],
    ["argMax of no elements", () => tf.argMax(map([2, 0]), 1)],
    ["relu of bool", () => tf.relu(flags)],
    ["relu of string", () => tf.relu(text)],
    ["exp of string", () => tf.exp(text)],
    ["mul of string", () => tf.mul(text, 2)],
    ["sum of string", () => tf.sum(text)],
    ["cast of string", () => tf.cast(text, "float32")],
    ["oneHot of float32", () => tf.oneHot(tf.tensor1d([0.5]) as tf.Tensor1D, 3)],
    ["gather with float32", () => tf.gather(x, tf.tensor1d([0.5]) as unknown as tf.Tensor1D)],
    ["split [2, 4, 4, 3] into 5", () => tf.split(x, 5, 1)],
    ["slice beyond", () => tf.slice(x, [1, 0, 0, 0], [2, 4, 4, 3])],
    ["floorDiv by 0", () => tf.floorDiv(indices(1), indices(0))],
    ["tensor of too few values", () => tf.tensor([1, 2, 3], [2, 2])],
    ["tensor of 300 axes", () => tf.tensor([1], Array(300).fill(1)).add(1)],
    ["where of different shapes", () => tf.where(flags, map([3, 2]), map([3, 2]))],
    ["expandDims at 9", () => tf.expandDims(x, 9)],
    ["softmax of int32", () => tf.softmax(indices(1, 2))],
  ];
}

function tapeOps(): Calls {
  const tape = new Tape();
  const x = () => tape.constant(map([1, 5, 5, 2]));
  const geometry = { stride: 1, dilation: 1, padding: 0 };
  const weights = (shape: number[]) => tape.constant(map(shape));
  return [
    ["convolution channels", () => convolution(tape, x(), weights([3, 3, 3, 1]), geometry)],
    [
      "convolution stride NaN",
      () => convolution(tape, x(), weights([3, 3, 2, 1]), { ...geometry, stride: NaN }),
    ],
    ["convolution too small", () => convolution(tape, x(), weights([7, 7, 2, 1]), geometry)],
    ["convolution bias", () => convolution(tape, x(), weights([3, 3, 2, 4]), geometry, weights([3]))],
    ["maxPool window NaN", () => maxPool(tape, x(), NaN, 1, 0)],
    ["maxPool stride -1", () => maxPool(tape, x(), 2, -1, 0)],
    ["resize to NaN", () => resizeBilinear(tape, x(), NaN, 2, false)],
    ["crossEntropy labels", () => crossEntropy(tape, x(), tf.zeros([1, 4, 4], "int32"))],
    ["crossEntropy float labels", () => crossEntropy(tape, x(), tf.zeros([1, 5, 5]))],
    ["attention", () => attention(tape, weights([1, 2, 3]), weights([1, 2, 4]), weights([1, 2, 3]), 1)],
    ["gatherBatch NaN", () => gatherBatch(tape, x(), [NaN])],
    ["sliceBatch NaN", () => sliceBatch(tape, x(), NaN, 1)],
  ];
}

const STRIDES: OpAttribute = { name: "strides", type: 1, value: [1, 1, 1, 1] };
const PADDING: OpAttribute = { name: "padding", type: 0, value: "SAME" };

function bindingCalls(binding: TensorflowBinding): Calls {
  const float = (shape: number[]) =>
    binding.createTensor(shape, 1, new Float32Array(shape.reduce((n, dim) => n * dim, 1)));
  const [image, filter] = [float([1, 5, 5, 2]), float([3, 3, 2, 4])];
  const convolve = (...attributes: OpAttribute[]) => () =>
    binding.executeOp("Conv2D", attributes, [image, filter], 1);
  const attributeValues: readonly OpAttribute["value"][] = ["SAME", NaN, true, null, [], [1], [1, 0, 0, 1], [
    0.5,
  ]];
  const shapes = [[-1], [NaN], [0.5], Array(255).fill(1), [2 ** 60]];
  return [
    ...attributeValues.map((value): Calls[number] => [
      `Conv2D strides ${JSON.stringify(value)}`,
      convolve({ ...STRIDES, value }, PADDING),
    ]),
    ...["WRONG", "", 7, null, ["SAME"]].map((value): Calls[number] => [
      `Conv2D padding ${JSON.stringify(value)}`,
      convolve(STRIDES, { ...PADDING, value }),
    ]),
    ...[1, 2, 3, 4, 5, 6, 99, -1].map((type): Calls[number] => [
      `Conv2D padding of type ${type}`,
      convolve(STRIDES, { ...PADDING, type }),
    ]),
    ...[0, -1, NaN, 2, 65].map((count): Calls[number] => [
      `Relu with ${count} outputs`,
      () => binding.executeOp("Relu", [], [image], count),
    ]),
    ...["", "NoSuchOp", "relu", "Conv2D\0", "__proto__"].map((name): Calls[number] => [
      `op "${name}"`,
      () => binding.executeOp(name, [], [image], 1),
    ]),
    ...[[], [image], [image, image, image], [999999], [NaN], [-1]].map((ids): Calls[number] => [
      `Add of ids ${ids}`,
      () => binding.executeOp("AddV2", [], ids, 1),
    ]),
    ...shapes.map((shape): Calls[number] => [
      `createTensor [${shape.slice(0, 3)}] of ${shape.length} axes`,
      () => binding.createTensor(shape, 1, new Float32Array(1)),
    ]),
    ...[0, 2, 20, 21, 99, -1, NaN].map((dtype): Calls[number] => [
      `createTensor of dtype ${dtype}`,
      () => binding.createTensor([1], dtype, new Float32Array(1)),
    ]),
    ["createTensor of int32 from float32", () => binding.createTensor([1], 3, new Float32Array(1))],
    ["createTensor of strings from numbers", () => binding.createTensor([1], 7, new Float32Array(6))],
    ["deleteTensor twice", () => {
      const id = float([1]);
      binding.deleteTensor(id);
      binding.deleteTensor(id);
    }],
    ["tensorDataSync of nothing", () => binding.tensorDataSync(424242)],
  ];
}

/** All wrong calls. */
export function wrongCalls(binding: TensorflowBinding): WrongCall[] {
  const calls = [
    ...misfits(),
    ...disposed(),
    ...indexing(),
    ...shapesAndDtypes(),
    ...tapeOps(),
    ...bindingCalls(binding),
  ];
  return calls.map(([text, run]) => ({ text, run }));
}
