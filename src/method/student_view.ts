/** What the student sees of unlabeled images in a step, with what it is to learn there. */
import * as tf from "@tensorflow/tfjs-core";
import type { DonorBoxOptions } from "../config/objectives/parts.ts";
import type { RandomStream } from "../core/random.ts";
import { IGNORE_LABEL } from "../core/ignore_label.ts";
import { gatherRows } from "../nn/gather_rows.ts";
import type { AnyTensor, FeatureMap, LabelMap } from "../nn/tensors.ts";
import { derive, valueNow, type Varying, varyingTensor } from "../nn/varying.ts";
import { ownPlaces } from "./batch_share.ts";
import { type Box, type BoxDraw, boxMask, drawDonorBoxes, keepBoxes } from "./boxes.ts";
import { pasteBoxes } from "./box_mixture.ts";
import type { Step } from "./objectives/step.ts";
import type { StepBatch } from "./step_batch.ts";
import { mapTarget, type PseudoTarget } from "./pseudo_labels.ts";

/** Unlabeled images as the student sees them, with what is known of them. The holder frees both. */
export interface Seen {
  /** `[M, H, W, 3]` */
  readonly images: FeatureMap;
  /** Of these images, position by position. */
  readonly target: PseudoTarget;
}

/**
 * Masks of the boxes of this process.
 * @param boxes Those of all processes
 * @param own How many this process has
 * @returns int32 `[own, H, W]`; the caller disposes it
 * @throws {RangeError} If there are more or fewer
 */
export function masksOf(
  { batch, context: { share } }: Pick<Step, "batch" | "context">,
  boxes: Varying<readonly Box[]>,
  own: number,
): LabelMap {
  const [, height, width] = batch.labeled.shape;
  const start = (share?.index ?? 0) * own;
  const drawn = valueNow(boxes).length;
  if (drawn !== own * (share?.count ?? 1)) {
    throw new RangeError(`Cannot mix by place: ${drawn} boxes were drawn for ${own} pairs`);
  }
  return varyingTensor(boxes, (all) => boxMask(all.slice(start, start + own), height, width)) as LabelMap;
}

/** Rows of the images of all processes that follow this process's own, in a ring. */
function nextRows<T extends AnyTensor>(part: T, { context: { share } }: Pick<Step, "context">): T {
  const own = part.shape[0]!;
  const whole = share === undefined ? part : share.gatherTensor(part) as T;
  const places = ownPlaces(share ?? { index: 0 }, own).map((place) => (place + 1) % whole.shape[0]!);
  const next = tf.tidy(() => gatherRows(whole, tf.tensor1d(places, "int32")));
  if (whole !== part) whole.dispose();
  return next;
}

/**
 * A stream of a step.
 * @throws {RangeError} If the step's draws were given without streams
 */
export function streamOf({ draws }: Pick<Step, "draws">, purpose: string): Varying<RandomStream> {
  if (draws.stream === undefined) {
    throw new RangeError(
      `Cannot draw ${purpose}: the step's draws have no stream, expected those of drawStep`,
    );
  }
  return draws.stream(purpose);
}

/** A part of a target of the plain view, as the warped view shows it. */
function moveAlong<T extends AnyTensor>(part: T, places: LabelMap): T {
  const [images, height, width] = places.shape;
  const area = height * width;
  const starts = tf.tensor3d(Array.from({ length: images }, (_, i) => i * area), [images, 1, 1], "int32");
  const rows = tf.reshape(tf.add(tf.maximum(places, tf.scalar(0, "int32")), starts), [images * area]);
  const flat = tf.reshape(part, [images * area, ...part.shape.slice(3)]);
  return tf.reshape(gatherRows(flat, rows), part.shape) as T;
}

/**
 * Moves a target of the plain view to where a warped view shows it.
 * @param target Given up
 * @param places `StepBatch.unlabeledWarp`; what comes from outside has no label
 */
export function warpTarget(target: PseudoTarget, places: LabelMap): PseudoTarget {
  const { labels, ...rest } = mapTarget(target, (part) => moveAlong(part, places));
  const inside = tf.tidy(() =>
    tf.where(tf.greaterEqual(places, 0), labels, tf.fill(labels.shape, IGNORE_LABEL, "int32")) as LabelMap
  );
  labels.dispose();
  return { ...rest, labels: inside };
}

/** The unlabeled images before they are distorted, where the recipe says so and the batch has them. */
export function plainView({ batch, context: { recipe } }: Pick<Step, "batch" | "context">): FeatureMap {
  return (recipe.views.plain ? batch.unlabeledPlain : undefined) ?? batch.unlabeled!;
}

/** The strong views of a batch's unlabeled images. */
export function strongViews({ unlabeled, unlabeledSecond }: StepBatch): FeatureMap[] {
  return [unlabeled, unlabeledSecond].filter((view) => view !== undefined);
}

/**
 * What a strong view shows and is to learn, with its boxes of other images.
 * @param view Place among `strongViews`
 * @param target Of the plain view; stays the caller's
 * @param draw Shapes and places of the boxes
 */
export function seenAs(
  step: Pick<Step, "batch" | "context" | "draws">,
  view: number,
  target: PseudoTarget,
  donor: DonorBoxOptions,
  draw: BoxDraw = drawDonorBoxes,
): Seen {
  const { batch } = step;
  const copy = mapTarget(target, (part) => tf.clone(part), true);
  const moved = batch.unlabeledWarp === undefined ? copy : warpTarget(copy, batch.unlabeledWarp);
  const images = tf.clone(strongViews(batch)[view]!);
  const purpose = view === 0 ? "donor boxes" : "second donor boxes";
  return withDonors(step, { images, target: moved }, donor, purpose, draw);
}

/**
 * Gives some images a box of the next one in the batch, with its target. (UniMatch takes another batch for the boxes.)
 * @param seen Given up
 * @param purpose Names the draws
 * @param draw Shapes and places of the boxes
 */
function withDonors(
  step: Pick<Step, "batch" | "context" | "draws">,
  seen: Seen,
  { probability, area }: DonorBoxOptions,
  purpose: string,
  draw: BoxDraw,
): Seen {
  if (probability === 0) return seen;
  const own = seen.images.shape[0];
  const all = own * (step.context.share?.count ?? 1);
  const boxesFrom = (stream: RandomStream) => keepBoxes(stream, draw(stream, all, area), probability);
  const mask = masksOf(step, derive(streamOf(step, purpose), boxesFrom), own);
  const paste = <T extends AnyTensor>(part: T) => pasteBoxes(mask, nextRows(part, step), part);
  const images = tf.tidy(() => paste(seen.images));
  const target = mapTarget(seen.target, paste);
  seen.images.dispose();
  mask.dispose();
  return { images, target };
}
