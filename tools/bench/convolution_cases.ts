/**
 * The convolutions of ResNet-50 V1c at output stride 8 with ASPP 512, or the depthwise ones of EfficientNet-Lite0 at output
 * stride 16, for an image of a given size.
 */
import { LITE_ENCODER } from "../../src/config/presets/small_network.ts";
import { planLite } from "../../src/model/encoders/efficientnet_lite/plan_lite.ts";
import { planBlocks } from "../../src/model/encoders/resnet/plan_blocks.ts";

/** One shape of convolution. Its padding keeps the size at stride 1. */
export interface ConvolutionCase {
  /** Height and width of the input, in pixels. */
  readonly size: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** A kernel of its own for each channel, with TensorFlow's SAME padding. */
  readonly depthwise?: boolean;
  /** How often the network has this shape. */
  readonly count: number;
}

/** The three directions of a convolution. */
export const DIRECTIONS = ["forward", "dX", "dW"] as const;

/** A direction of a convolution. */
export type Direction = (typeof DIRECTIONS)[number];

const BASE = {
  depth: 50,
  stem: "v1c",
  stemChannels: 64,
  baseChannels: 64,
  outputStride: 8,
  contractDilation: true,
} as const;
const ASPP_CHANNELS = 512;
const ASPP_DILATIONS = [12, 24, 36];

type Shape = Omit<ConvolutionCase, "count">;

/** Zeros on each side. */
export function casePadding({ kernel, dilation }: Shape): number {
  return dilation * (kernel - 1) / 2;
}

/** A short name such as "3×3 512→512 /1 d4 @17". */
export function caseName({ size, inputs, outputs, kernel, stride, dilation, depthwise }: Shape): string {
  const channels = depthwise ? `${inputs} depthwise` : `${inputs}→${outputs}`;
  return `${kernel}×${kernel} ${channels} /${stride} d${dilation} @${size}`;
}

/** Networks that are timed. */
export const ENCODERS = ["resnet50", "lite0"] as const;

/** The name of one. */
export type BenchEncoder = (typeof ENCODERS)[number];

/** The distinct shapes in network order, each with its count. */
export function convolutionCases(encoder: BenchEncoder, imageSize: number): ConvolutionCase[] {
  const counted = new Map<string, ConvolutionCase>();
  for (const shape of encoder === "lite0" ? depthwiseShapes(imageSize) : networkShapes(imageSize)) {
    const name = caseName(shape);
    counted.set(name, { ...shape, count: (counted.get(name)?.count ?? 0) + 1 });
  }
  return [...counted.values()];
}

function depthwiseShapes(imageSize: number): Shape[] {
  let size = Math.ceil(imageSize / 2);
  return planLite(LITE_ENCODER).flat().map(({ expanded, kernel, stride, dilation }) => {
    const shape = { size, inputs: expanded, outputs: expanded, kernel, stride, dilation, depthwise: true };
    size = Math.ceil(size / stride);
    return shape;
  });
}

function networkShapes(imageSize: number): Shape[] {
  const shapes: Shape[] = [];
  let size = imageSize;
  const add = (kernel: number, inputs: number, outputs: number, stride = 1, dilation = 1) => {
    shapes.push({ size, inputs, outputs, kernel, stride, dilation });
    size = Math.ceil(size / stride);
  };
  add(3, 3, 32, 2);
  add(3, 32, 32);
  add(3, 32, 64);
  size = Math.ceil(size / 2); // max pool
  for (const block of planBlocks(BASE).flat()) {
    const start = size;
    if (block.projection) add(1, block.inputs, block.outputs, block.stride);
    size = start;
    add(1, block.inputs, block.width);
    add(3, block.width, block.width, block.stride, block.dilation);
    add(1, block.width, block.outputs);
  }
  const features = shapes.at(-1)?.outputs ?? 0;
  add(1, features, ASPP_CHANNELS);
  for (const dilation of ASPP_DILATIONS) add(3, features, ASPP_CHANNELS, 1, dilation);
  add(3, ASPP_CHANNELS * (ASPP_DILATIONS.length + 2), ASPP_CHANNELS);
  return shapes;
}
