/** Random calls of TensorFlow ops: half of them with any attributes, half with fitting ones and any inputs. */
import type { OpAttribute } from "../../../src/backends/tensorflow/attributes.ts";
import type { RandomStream } from "../../../src/core/random.ts";

/** An op with its attributes; its inputs are drawn elsewhere. */
export interface RandomCall {
  readonly op: string;
  readonly inputs: number;
  readonly attributes: readonly OpAttribute[];
  readonly outputs: number;
}

const [STRING, INT, FLOAT, BOOL, TYPE] = [0, 1, 2, 3, 4];
const WINDOWS = [[1, 1, 1, 1], [1, 2, 2, 1], [1, 3, 3, 1], [1, 0, 0, 1], [1, -1, -1, 1], [2, 1, 1, 2], [
  1,
  9,
  9,
  1,
]];
const HUGE = [1, 2147483647, 2147483647, 1];

function pick<T>(stream: RandomStream, list: readonly T[]): T {
  return list[stream.integer(list.length)]!;
}

type Draw = (stream: RandomStream) => OpAttribute;

function draw(type: number, name: string, values: readonly OpAttribute["value"][]): Draw {
  return (stream) => ({ name, type, value: pick(stream, values) });
}

const windows = (name: string) => draw(INT, name, [...WINDOWS, HUGE, [1, 1], []]);
const padding = draw(STRING, "padding", ["SAME", "VALID", "SAME", "VALID", "EXPLICIT"]);
const format = draw(STRING, "data_format", ["NHWC", "NHWC", "NCHW", ""]);
const flag = (name: string) => draw(BOOL, name, [true, false]);
const count = (name: string) => draw(INT, name, [0, 1, 2, 3, -1, 1e9]);
const dtype = (name: string) => draw(TYPE, name, [1, 2, 3, 7, 8, 9, 10, 14, 19, 30]);
const epsilon = draw(FLOAT, "epsilon", [1e-5, 0, -1]);

/** Ops of the project and their neighbours: number of inputs, number of outputs, attributes. */
const CALLS: Readonly<Record<string, readonly [number, number, ...Draw[]]>> = {
  AddV2: [2, 1],
  ArgMax: [2, 1, dtype("output_type")],
  AvgPool: [1, 1, windows("ksize"), windows("strides"), padding, format],
  BatchMatMulV2: [2, 1, flag("adj_x"), flag("adj_y")],
  BiasAdd: [2, 1, format],
  Cast: [1, 1, dtype("SrcT"), dtype("DstT")],
  ConcatV2: [3, 1, count("N")],
  Conv2D: [2, 1, windows("strides"), windows("dilations"), padding, format],
  Conv2DBackpropFilter: [3, 1, windows("strides"), windows("dilations"), padding, format],
  Conv2DBackpropInput: [3, 1, windows("strides"), windows("dilations"), padding, format],
  CropAndResize: [4, 1],
  DepthwiseConv2dNative: [2, 1, windows("strides"), windows("dilations"), padding, format],
  Einsum: [2, 1, draw(STRING, "equation", ["ab,bc->ac", "ab,bc", "a,->", "...", ""]), count("N")],
  ExpandDims: [2, 1],
  Fill: [2, 1],
  FusedBatchNormGradV3: [6, 5, epsilon, flag("is_training"), format],
  FusedBatchNormV3: [5, 6, epsilon, flag("is_training"), format],
  GatherNd: [2, 1],
  GatherV2: [3, 1, count("batch_dims")],
  LogSoftmax: [1, 1],
  MatMul: [2, 1, flag("transpose_a"), flag("transpose_b")],
  Max: [2, 1, flag("keep_dims")],
  MaxPool: [1, 1, windows("ksize"), windows("strides"), padding, format],
  MaxPoolGrad: [3, 1, windows("ksize"), windows("strides"), padding, format],
  Mean: [2, 1, flag("keep_dims")],
  Mul: [2, 1],
  OneHot: [4, 1, count("axis")],
  Pack: [2, 1, count("N"), count("axis")],
  PadV2: [3, 1],
  Range: [3, 1],
  Relu: [1, 1],
  ReluGrad: [2, 1],
  Reshape: [2, 1],
  ResizeBilinear: [2, 1, flag("align_corners"), flag("half_pixel_centers")],
  ResizeBilinearGrad: [2, 1, flag("align_corners"), flag("half_pixel_centers")],
  ReverseV2: [2, 1],
  ScatterNd: [3, 1],
  SelectV2: [3, 1],
  Slice: [3, 1],
  Softmax: [1, 1],
  SparseSoftmaxCrossEntropyWithLogits: [2, 2],
  SplitV: [3, 2, count("num_split")],
  StridedSlice: [4, 1, count("begin_mask"), count("shrink_axis_mask"), count("ellipsis_mask")],
  Sum: [2, 1, flag("keep_dims")],
  Tile: [2, 1],
  TopKV2: [2, 2, flag("sorted")],
  Transpose: [2, 1],
  Unpack: [1, 2, count("num"), count("axis")],
  UnsortedSegmentSum: [3, 1],
  Where: [1, 1],
  NoSuchOp: [1, 1],
};
const OPS = Object.keys(CALLS);
const NAMES = [
  ..."T Tidx Tshape Index DstT SrcT strides ksize dilations padding data_format is_training epsilon N".split(
    " ",
  ),
  ..."axis keep_dims num_split begin_mask align_corners k equation explicit_paddings".split(" "),
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

/** A call; the same stream gives the same. */
export function randomCall(stream: RandomStream): RandomCall {
  const op = pick(stream, OPS);
  const [inputs, outputs, ...draws] = CALLS[op]!;
  if (stream.uniform() < 0.7) return { op, inputs, outputs, attributes: draws.map((make) => make(stream)) };
  const attributes = Array.from({ length: stream.integer(7) }, () => ({
    name: pick(stream, NAMES),
    type: stream.integer(6),
    value: pick(stream, VALUES),
  }));
  return { op, inputs: stream.integer(6), outputs: pick(stream, [1, 1, 2, 6, 0]), attributes };
}
