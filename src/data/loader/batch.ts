import type { PictureSize } from "../augment/augment_options.ts";
import type { Sample, SampleTask } from "./sample_maker.ts";

/** What one training step takes. */
export interface LoadedBatch {
  /** The iteration that it is for. */
  readonly iteration: number;
  /** Height and width of every picture in it. */
  readonly size: PictureSize;
  /** `[N, H, W, 3]`, normalized RGB. */
  readonly labeled: Float32Array<ArrayBuffer>;
  /** `[N, H, W]`, class or 255. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** `[M, H, W, 3]`, normalized RGB; empty for M = 0. */
  readonly unlabeled: Float32Array<ArrayBuffer>;
  /** The same crops without change of colours and warp, where the views have it. */
  readonly unlabeledPlain?: Float32Array<ArrayBuffer>;
  /** A second strong view of the same geometry, where the views have it. */
  readonly unlabeledSecond?: Float32Array<ArrayBuffer>;
  /**
   * `[M, H, W]`, where strong views are warped: the place `row · W + column` in the plain view of the same photo that each of
   * their pixels comes from, −1 for none.
   */
  readonly unlabeledWarp?: Int32Array<ArrayBuffer>;
  /** `[M, H, W]`, where unlabeled items have pseudo labels: class or 255, as the plain view shows them. */
  readonly unlabeledLabels?: Int32Array<ArrayBuffer>;
  /** The N items, in order. */
  readonly labeledIds: readonly string[];
  /** The M items, in order. */
  readonly unlabeledIds: readonly string[];
}

/** Joins what each sample has of one kind; nothing where they have none. */
function join<Values extends Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(
  make: (length: number) => Values,
  parts: readonly (Values | undefined)[],
): Values | undefined {
  if (parts[0] === undefined) return undefined;
  const joined = make(parts.length * parts[0].length);
  parts.forEach((part, i) => joined.set(part!, i * part!.length));
  return joined;
}

const floats = (length: number) => new Float32Array(length);
const integers = (length: number) => new Int32Array(length);

/** Puts samples, labeled ones first, into the arrays of a batch. */
export function joinBatch(
  iteration: number,
  tasks: readonly SampleTask[],
  samples: readonly Sample[],
  size: PictureSize,
): LoadedBatch {
  const count = tasks.filter(({ labeled }) => labeled).length;
  const [labeled, unlabeled] = [samples.slice(0, count), samples.slice(count)];
  const ids = tasks.map(({ item }) => item.id);
  return {
    iteration,
    size,
    labeled: join(floats, labeled.map(({ image }) => image)) ?? floats(0),
    labels: join(integers, labeled.map(({ label }) => Int32Array.from(label!))) ?? integers(0),
    unlabeled: join(floats, unlabeled.map(({ image }) => image)) ?? floats(0),
    unlabeledPlain: join(floats, unlabeled.map(({ plain }) => plain)),
    unlabeledSecond: join(floats, unlabeled.map(({ second }) => second)),
    unlabeledWarp: join(integers, unlabeled.map(({ warp }) => warp)),
    unlabeledLabels: join(integers, unlabeled.map(({ label }) => label && Int32Array.from(label))),
    labeledIds: ids.slice(0, count),
    unlabeledIds: ids.slice(count),
  };
}
