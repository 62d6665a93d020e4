import type { RandomStream } from "../../core/random.ts";
import type { PictureSize } from "./augment_options.ts";

/**
 * The size of a picture fitted into a scale with its shape kept (mmcv's `rescale_size`): the largest that neither
 * exceeds the scale's long side with its own long side nor the short with the short, rounded half up.
 * @param scale Two sides in any order
 */
export function fittedSize(size: PictureSize, scale: readonly [number, number]): PictureSize {
  const long = Math.max(size.height, size.width);
  const short = Math.min(size.height, size.width);
  const factor = Math.min(Math.max(...scale) / long, Math.min(...scale) / short);
  const side = (length: number) => Math.max(1, Math.floor(length * factor + 0.5));
  return { height: side(size.height), width: side(size.width) };
}

/**
 * A scale times a ratio, each side cut to an integer, as the official pipelines do for training and for
 * multi-scale evaluation.
 */
export function scaledBy(scale: readonly [number, number], ratio: number): [number, number] {
  return [Math.max(1, Math.trunc(scale[0] * ratio)), Math.max(1, Math.trunc(scale[1] * ratio))];
}

/**
 * Draws the size that a training picture is resized to (official `Resize` with `ratio_range`).
 * @param size The picture's own size, also the scale where none is given
 */
export function drawSize(
  stream: RandomStream,
  size: PictureSize,
  ratioRange: readonly [number, number],
  scale?: readonly [number, number],
): PictureSize {
  const [low, high] = ratioRange;
  const ratio = stream.uniform() * (high - low) + low;
  return fittedSize(size, scaledBy(scale ?? [size.width, size.height], ratio));
}
