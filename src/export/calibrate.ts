import * as tf from "@tensorflow/tfjs-core";
import type { RgbImage } from "../formats/rgb_image.ts";
import {
  consumerCounts,
  type ConvNode,
  type GraphNode,
  type InferenceGraph,
  type MaxPoolNode,
} from "./graph.ts";
import { type ActivationRanges, quantizedValues } from "./quantization.ts";
import { samePadding } from "../nn/depthwise_geometry.ts";

/**
 * Runs the float graph on pictures, one at a time, with tfjs on the backend that is active, and measures the least and
 * greatest value of every value that int8 will cover. 20 to 100 pictures of the kind the model is for are enough.
 * @param graph A graph with folded batch norm
 * @param images Of any sizes
 * @returns For each value the extremes of each picture, averaged over the pictures, so that one odd pixel does not
 * widen the range for all
 * @throws {RangeError} If there is no picture, or batch norm is not folded
 */
export async function measureRanges(
  graph: InferenceGraph,
  images: Iterable<RgbImage> | AsyncIterable<RgbImage>,
): Promise<ActivationRanges> {
  const names = quantizedValues(graph).slice(1);
  const sums = new Map(names.map((name) => [name, [0, 0] as [number, number]]));
  let count = 0;
  for await (const image of images) {
    const extremes = await imageExtremes(graph, names, image);
    names.forEach((name, i) => {
      const sum = sums.get(name)!;
      sum[0] += extremes[2 * i]!;
      sum[1] += extremes[2 * i + 1]!;
    });
    count++;
  }
  if (count === 0) {
    throw new RangeError("Cannot measure ranges: there is no calibration picture, expected 1 or more");
  }
  return new Map(names.map((name) => [name, [sums.get(name)![0] / count, sums.get(name)![1] / count]]));
}

/** Minimum and maximum of each named value, one after the other. */
async function imageExtremes(
  graph: InferenceGraph,
  names: readonly string[],
  { data, height, width }: RgbImage,
): Promise<Float32Array> {
  const wanted = new Set(names);
  const stacked = tf.tidy(() => {
    const input = tf.tensor4d(Float32Array.from(data), [1, height, width, 3]);
    const extremes = new Map<string, tf.Tensor>();
    runNodes(graph, input, (name, value) => {
      if (wanted.has(name)) extremes.set(name, tf.stack([tf.min(value), tf.max(value)]));
    });
    return tf.concat(names.map((name) => extremes.get(name)!));
  });
  const values = await stacked.data() as Float32Array;
  stacked.dispose();
  return values;
}

/** Runs all nodes up to the resize, NHWC; a value is disposed after its last use. */
function runNodes(
  graph: InferenceGraph,
  input: tf.Tensor4D,
  visit: (name: string, value: tf.Tensor4D) => void,
): void {
  const left = consumerCounts(graph);
  const values = new Map<string, tf.Tensor4D>([[graph.input, input]]);
  for (const node of graph.nodes) {
    if (node.op === "resize") return;
    const value = tf.tidy(() => runNode(node, node.inputs.map((name) => values.get(name)!)));
    visit(node.name, value);
    values.set(node.name, value);
    for (const name of node.inputs) {
      left.set(name, left.get(name)! - 1);
      if (left.get(name) === 0) values.get(name)!.dispose();
    }
  }
}

function runNode(node: GraphNode, inputs: readonly tf.Tensor4D[]): tf.Tensor4D {
  const x = inputs[0]!;
  switch (node.op) {
    case "conv":
      return runConv(node, x);
    case "maxPool":
      return runMaxPool(node, x);
    case "relu":
      return tf.relu(x);
    case "relu6":
      return tf.relu6(x);
    case "globalPool":
      return tf.mean(x, [1, 2], true);
    case "concat":
      return tf.concat([...inputs], 3);
    case "add":
      return tf.add(x, inputs[1]!);
    case "multiply":
      return tf.mul(x, inputs[1]!);
    default:
      throw new RangeError(
        `Cannot measure ranges: node "${node.name}" is ${node.op}, expected folded batch norm`,
      );
  }
}

function runConv(node: ConvNode, x: tf.Tensor4D): tf.Tensor4D {
  const shape = node.weight.shape as [number, number, number, number];
  const padded = padConv(node, x);
  // [O, I / groups, K, K] to [K, K, I, O]; depthwise: to [K, K, C, 1]
  const order = node.groups === 1 ? [2, 3, 1, 0] : [2, 3, 0, 1];
  const filter = tf.transpose(tf.tensor4d(node.weight.data, shape), order) as tf.Tensor4D;
  const y = node.groups === 1
    ? tf.conv2d(padded, filter, node.stride, "valid", "NHWC", node.dilation)
    : tf.depthwiseConv2d(padded, filter, node.stride, "valid", "NHWC", node.dilation);
  return node.bias === undefined ? y : tf.add(y, tf.tensor1d(node.bias.data));
}

function padConv({ padding, stride, dilation, weight }: ConvNode, x: tf.Tensor4D): tf.Tensor4D {
  if (padding !== "same") return padSides(x, padding);
  const side = (axis: 1 | 2): [number, number] => {
    const [before, after] = samePadding(x.shape[axis], weight.shape[2]!, { stride, dilation });
    return [before, after];
  };
  return tf.pad(x, [[0, 0], side(1), side(2), [0, 0]]);
}

/** Zeros around do for a pool, because its input comes from a ReLU. */
function runMaxPool(node: MaxPoolNode, x: tf.Tensor4D): tf.Tensor4D {
  return tf.maxPool(padSides(x, node.padding), node.kernel, node.stride, "valid");
}

function padSides(x: tf.Tensor4D, pixels: number): tf.Tensor4D {
  return pixels === 0 ? x : tf.pad(x, [[0, 0], [pixels, pixels], [pixels, pixels], [0, 0]]);
}
