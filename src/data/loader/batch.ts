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
  /** The same without photometric distortion, where the loader makes it. */
  readonly unlabeledPlain?: Float32Array<ArrayBuffer>;
  /** The N items, in order. */
  readonly labeledIds: readonly string[];
  /** The M items, in order. */
  readonly unlabeledIds: readonly string[];
}

/** Puts samples, labeled ones first, into the arrays of a batch. */
export function joinBatch(
  iteration: number,
  tasks: readonly SampleTask[],
  samples: readonly Sample[],
  size: PictureSize,
): LoadedBatch {
  const count = tasks.filter(({ labeled }) => labeled).length;
  const pixels = size.height * size.width;
  const labeled = new Float32Array(count * pixels * 3);
  const labels = new Int32Array(count * pixels);
  const unlabeled = new Float32Array((tasks.length - count) * pixels * 3);
  const isPlain = samples.slice(count).some(({ plain }) => plain !== undefined);
  const unlabeledPlain = isPlain ? new Float32Array(unlabeled.length) : undefined;
  samples.forEach(({ image, plain, label }, i) => {
    if (label !== undefined) labels.set(label, i * pixels);
    if (plain !== undefined) unlabeledPlain!.set(plain, (i - count) * pixels * 3);
    if (i < count) labeled.set(image, i * pixels * 3);
    else unlabeled.set(image, (i - count) * pixels * 3);
  });
  const ids = tasks.map(({ item }) => item.id);
  return {
    iteration,
    size,
    labeled,
    labels,
    unlabeled,
    unlabeledPlain,
    labeledIds: ids.slice(0, count),
    unlabeledIds: ids.slice(count),
  };
}
