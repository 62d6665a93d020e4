/**
 * A process of its own that makes wrong calls of backend `tensorflow`: those of `wrongCalls`, which must all throw, and
 * random calls of TensorFlow ops, which must not end the process. It tells each call before it runs it and prints what
 * came of it, a JSON object a line, so that a crash names its call.
 */
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../../../src/backends/native.ts";
import { openBackend } from "../../../src/backends/open_backend.ts";
import type { OpAttribute } from "../../../src/backends/tensorflow/attributes.ts";
import type { TensorflowBinding } from "../../../src/backends/tensorflow/binding.ts";
import { type RandomStream, randomStream } from "../../../src/core/random.ts";
import { wrongCalls } from "./wrong_calls.ts";

/** What came of one call. */
export interface CallReport {
  readonly call: string;
  readonly must: "throw" | "survive";
  /** Class of the error; undefined where the call succeeded. */
  readonly error?: string;
  readonly message?: string;
}

const encoder = new TextEncoder();

function print(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

function attempt(call: string, must: CallReport["must"], run: () => unknown): void {
  print(`> ${call}`);
  let report: CallReport = { call, must };
  try {
    run();
  } catch (error) {
    const thrown = error instanceof Error ? error : new Error(`not an Error: ${error}`);
    report = { ...report, error: thrown.name, message: thrown.message };
  }
  print(JSON.stringify(report));
}

function pick<T>(stream: RandomStream, list: readonly T[]): T {
  return list[stream.integer(list.length)]!;
}

const OPS = [
  ..."Add AddV2 ArgMax AvgPool BatchMatMulV2 BiasAdd Cast Concat ConcatV2 Conv2D Conv2DBackpropFilter".split(
    " ",
  ),
  ..."Conv2DBackpropInput CropAndResize DepthwiseConv2dNative Div Einsum ExpandDims Fill FusedBatchNorm"
    .split(" "),
  ..."FusedBatchNormGradV3 FusedBatchNormV3 GatherNd GatherV2 LogSoftmax MatMul Max MaxPool MaxPoolGrad"
    .split(" "),
  ..."Mean Mul OneHot Pack PadV2 Range Relu ReluGrad Reshape ResizeBilinear ResizeBilinearGrad ReverseV2"
    .split(" "),
  ..."ScatterNd SelectV2 Slice Softmax SparseSoftmaxCrossEntropyWithLogits SplitV StridedSlice Sum Tile"
    .split(" "),
  ..."TopKV2 Transpose Unpack UnsortedSegmentSum Where NoSuchOp".split(" "),
];
const ATTRIBUTES = [
  ..."T Tidx Tshape Index Tperm DstT SrcT strides ksize dilations padding data_format is_training epsilon N"
    .split(" "),
  ..."axis keep_dims num_split begin_mask shrink_axis_mask align_corners half_pixel_centers k equation".split(
    " ",
  ),
];
const VALUES: readonly OpAttribute["value"][] = [
  ...[
    0,
    1,
    2,
    3,
    9,
    -1,
    64,
    1e9,
    NaN,
    0.5,
    true,
    false,
    "SAME",
    "VALID",
    "EXPLICIT",
    "NHWC",
    "NCHW",
    "ab,bc->ac",
  ],
  ...[[1, 1, 1, 1], [1, 2, 2, 1], [1, 0, 0, 1], [1, -1, -1, 1], [], [2147483647, 1, 1, 1], null, undefined],
  ...[["a", "b"], [true, false], [1, 2, 3]],
];

function inputPool(binding: TensorflowBinding): number[] {
  const floats = [[], [1], [2], [0], [2, 3], [3, 2], [4, 4], [1, 5, 5, 2], [2, 4, 4, 3], [3, 3, 2, 4], [
    0,
    4,
    4,
    3,
  ]];
  const size = (shape: number[]) => shape.reduce((n, dim) => n * dim, 1);
  return [
    ...floats.map((shape) =>
      binding.createTensor(shape, binding.TF_FLOAT, new Float32Array(size(shape)).fill(1.5))
    ),
    ...[[], [1], [2], [4], [0], [4, 2], [2, 2]].flatMap((shape) =>
      [-1, 0, 1, 2, 2147483647].map((value) =>
        binding.createTensor(shape, binding.TF_INT32, new Int32Array(size(shape)).fill(value))
      )
    ),
    binding.createTensor([2], binding.TF_INT64, new BigInt64Array([-1n, 7n])),
    binding.createTensor([3], binding.TF_BOOL, new Uint8Array([1, 0, 1])),
    binding.createTensor([2], binding.TF_STRING, ["a", "b"]),
    binding.createTensor([1], binding.TF_COMPLEX64, new Float32Array(2)),
    12345,
  ];
}

/** Random calls: most are wrong, some may be right. What they give is deleted. */
function randomCalls(binding: TensorflowBinding, count: number): void {
  const pool = inputPool(binding);
  for (let i = 0; i < count; i++) {
    const stream = randomStream(1, "random calls", i);
    const op = pick(stream, OPS);
    const inputs = Array.from({ length: stream.integer(5) }, () => pick(stream, pool));
    const attributes = Array.from({ length: stream.integer(7) }, () => ({
      name: pick(stream, ATTRIBUTES),
      type: stream.integer(6),
      value: pick(stream, VALUES),
    }));
    const outputs = pick(stream, [1, 1, 1, 2, 6, 5, 0]);
    const text = `${op}(${inputs}) ${JSON.stringify(attributes)} -> ${outputs}`;
    attempt(text, "survive", () => {
      for (const { id } of binding.executeOp(op, attributes, inputs, outputs)) binding.deleteTensor(id);
    });
  }
}

if (import.meta.main) {
  await openBackend("tensorflow");
  const { binding } = nativeBackend()!;
  for (const { text, run } of wrongCalls(binding)) attempt(text, "throw", run);
  tf.disposeVariables();
  randomCalls(binding, Number(Deno.args[0] ?? 1500));
  print("done");
}
