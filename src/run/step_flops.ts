/** Floating-point operations of a training step, counted from the shapes of its convolutions and products. */
import type { EfficientNetLiteOptions, ModelOptions, ResnetOptions } from "../config/model_options.ts";
import { planLite } from "../model/encoders/efficientnet_lite/plan_lite.ts";
import { hasBottlenecks, planBlocks } from "../model/encoders/resnet/plan_blocks.ts";
import { parameterSpecs } from "../model/parameter_specs.ts";

/** A training step whose work is counted. */
export interface StepCase {
  /** The network, with everything that training needs. */
  readonly model: ModelOptions;
  /** Height and width of the images, in pixels. */
  readonly crop: number;
  /** Labeled images, and as many unlabeled ones. */
  readonly batch: number;
}

/** Two counts of the same work, in floating-point operations (a multiplication and an addition are two). */
export interface StepFlops {
  /** Every tap of every kernel at every position, as frameworks count. */
  readonly dense: number;
  /** Only taps that meet the map, and channels that are not the same at all positions: what has to be computed in float32. */
  readonly needed: number;
}

/** Where a convolution runs. */
interface Place {
  /** Height and width of its output. */
  readonly size: number;
  readonly images: number;
  readonly dilation: number;
  readonly stride: number;
}

const half = (size: number) => Math.ceil(size / 2);

/** Places of the encoder's convolutions, by parameter name without `.weight`. */
function encoderPlaces(one: StepCase): Map<string, Place> {
  const { encoder } = one.model;
  return encoder.family === "efficientnet-lite" ? litePlaces(one, encoder) : resnetPlaces(one, encoder);
}

function resnetPlaces({ crop, batch }: StepCase, encoder: ResnetOptions): Map<string, Place> {
  const places = new Map<string, Place>();
  const put = (name: string, size: number, stride = 1, dilation = 1) =>
    places.set(`backbone.${name}`, { size, stride, dilation, images: 2 * batch });
  put("conv1", half(crop), 2);
  for (const [i, stride] of [[0, 2], [3, 1], [6, 1]] as const) put(`stem.${i}`, half(crop), stride);
  let size = half(half(crop));
  for (const block of planBlocks(encoder).flat()) {
    const { name, stride, dilation } = block;
    const before = size;
    size = Math.ceil(size / stride);
    if (hasBottlenecks(encoder.depth)) {
      put(`${name}.conv1`, before);
      put(`${name}.conv2`, size, stride, dilation);
      put(`${name}.conv3`, size);
    } else {
      put(`${name}.conv1`, size, stride, dilation);
      put(`${name}.conv2`, size);
    }
    put(`${name}.downsample.0`, size, stride);
  }
  return places;
}

function litePlaces({ crop, batch }: StepCase, encoder: EfficientNetLiteOptions): Map<string, Place> {
  const images = 2 * batch;
  let size = half(crop);
  const places = new Map([["backbone._conv_stem", { size, stride: 2, dilation: 1, images }]]);
  for (const { name, stride, dilation } of planLite(encoder).flat()) {
    const path = `backbone.${name}`;
    places.set(`${path}._expand_conv`, { size, stride: 1, dilation: 1, images });
    size = Math.ceil(size / stride);
    places.set(`${path}._depthwise_conv`, { size, stride, dilation, images });
    places.set(`${path}._project_conv`, { size, stride: 1, dilation: 1, images });
  }
  return places;
}

/** Height and width of the encoder's last map. */
export function featureSize({ model: { encoder }, crop }: StepCase): number {
  const isLite = encoder.family === "efficientnet-lite";
  const blocks: readonly { readonly stride: number }[] = isLite
    ? planLite(encoder).flat()
    : planBlocks(encoder).flat();
  const afterStem = isLite ? half(crop) : half(half(crop));
  return blocks.reduce((size, { stride }) => Math.ceil(size / stride), afterStem);
}

function headPlace(one: StepCase, name: string): Place {
  const plain = { size: featureSize(one), images: 2 * one.batch, stride: 1, dilation: 1 };
  if (name.startsWith("decode_head.image_pool")) return { ...plain, size: 1 };
  const branch = /aspp_modules\.(\d+)/.exec(name)?.[1];
  if (branch !== undefined) return { ...plain, dilation: one.model.decoder.dilations[Number(branch)]! };
  // mixed pictures are as many as the labeled ones
  return name.startsWith("decode_head.") ? plain : { ...plain, images: one.batch };
}

/** Share of the taps of an odd kernel that meet the map, with padding that keeps the size. */
function shareOfTaps(size: number, kernel: number, dilation: number): number {
  const reach = (kernel - 1) / 2;
  let seen = 0;
  for (let i = -reach; i <= reach; i++) seen += Math.max(0, size - Math.abs(i) * dilation);
  return (seen / (kernel * size)) ** 2;
}

/** Two products of positions × positions × channels forward, four backward; each chunk is computed once more. */
function attentionFlops({ model, batch }: StepCase, positions: number): number {
  if (!model.mitrans) return 0;
  return batch * 7 * 2 * positions ** 2 * (model.mitrans.channels / 2);
}

/**
 * Forward and the two gradients. Pictures need none; nor does the labeled decoder over the unlabeled half of its batch,
 * whose prediction is the constant side of L_usup in the official recipe.
 */
function directionsOf(name: string, inputs: number): number {
  if (inputs === 3) return 2;
  return /^decode_head\.(bottleneck|conv_seg)/.test(name) ? 2 : 3;
}

/** Share of a convolution's input channels that differ between positions: not the image pool's in a bottleneck. */
function shareOfChannels({ model }: StepCase, name: string, inputs: number): number {
  const readsBranches = name === "decode_head.bottleneck.conv" ||
    name === "decode_head_mix.bottleneck.conv" && !model.mitrans;
  return readsBranches ? 1 - model.decoder.channels / inputs : 1;
}

/** Work of a step's convolutions, forward and both gradients, and of attention; everything else is left out. */
export function stepFlops(one: StepCase): StepFlops {
  const encoder = encoderPlaces(one);
  const attention = attentionFlops(one, featureSize(one) ** 2);
  let [dense, needed] = [attention, attention];
  for (const { name, kind, shape } of parameterSpecs(one.model)) {
    if (kind !== "convolution" && kind !== "depthwise") continue;
    const key = name.replace(/\.weight$/, "");
    const { size, images, stride, dilation } = encoder.get(key) ?? headPlace(one, key);
    const [kernel, , inputs, outputs] = shape as [number, number, number, number];
    const directions = directionsOf(key, inputs);
    const flops = 2 * images * size ** 2 * kernel ** 2 * inputs * outputs * directions;
    dense += flops;
    const share = stride === 1 ? shareOfTaps(size, kernel, dilation) : 1;
    needed += flops * share * shareOfChannels(one, key, inputs);
  }
  return { dense, needed };
}
