import type { UnlabeledViews } from "../../config/view_options.ts";
import { randomStream } from "../../core/random.ts";
import { augmentImage, augmentPair } from "../augment/augment.ts";
import type { AugmentOptions } from "../augment/augment_options.ts";
import type { SampleStreams } from "../augment/sample_streams.ts";
import type { AugmentedImage } from "../augment/views.ts";
import { type Dataset, type Item, sourceName } from "../dataset.ts";
import { indexRule } from "../index_rule.ts";
import { readImage, readLabeled } from "../read_item.ts";
import { createPictureCache, type DecodedItem } from "./picture_cache.ts";

/** What all samples of a loader share. Plain data: it crosses to a Worker. */
export interface SampleSettings {
  /** What masks mean. */
  readonly dataset: Pick<Dataset, "maskRule" | "classes">;
  /** Crop and augmentation. */
  readonly augment: AugmentOptions;
  /** What is made of an unlabeled picture. Default one official view. */
  readonly views?: UnlabeledViews;
  /** Of all random numbers. */
  readonly seed: number;
  /** Bytes of decoded pictures that are kept. */
  readonly cacheBytes: number;
}

/** One sample to make. Plain data. */
export interface SampleTask {
  /** The picture. */
  readonly item: Item;
  /** Whether labels are wanted; without, no mask is opened but pseudo labels in memory. */
  readonly labeled: boolean;
  /** Place in the endless order of its list: names the sample's random numbers. */
  readonly position: number;
}

/** A sample that was made; further views for unlabeled ones, where asked for. */
export interface Sample extends AugmentedImage {
  /** `[H, W]`; for labeled samples, and unlabeled ones with pseudo labels. */
  readonly label?: Uint8Array<ArrayBuffer>;
  /** Time it took. */
  readonly madeMs: number;
  /** Whether the decoded picture was at hand. */
  readonly cached: boolean;
}

/** Picture and labels of an item; of an unlabeled one its pseudo labels, where it has some. */
async function readTask(
  dataset: SampleSettings["dataset"],
  { item, labeled }: SampleTask,
): Promise<DecodedItem> {
  if (labeled) return await readLabeled(dataset, item);
  if (item.mask?.kind !== "kept") return { image: await readImage(item) };
  // whatever the numbers in masks of files mean, these are classes
  const { classes, maskRule: { colors } } = dataset;
  return await readLabeled({ classes, maskRule: indexRule(colors, classes.map((_, label) => label)) }, item);
}

/** Makes samples, in this thread, one after the other. */
export type SampleMaker = (task: SampleTask) => Promise<Sample>;

/**
 * A maker of samples with its own cache. A sample is a function of settings and task alone.
 * @throws {DatasetError} (its promises) If a file is missing, damaged or does not fit
 */
export function createSampleMaker(settings: SampleSettings): SampleMaker {
  const { dataset, augment, seed, cacheBytes, views } = settings;
  const cache = createPictureCache(cacheBytes);
  const make: SampleMaker = async (task) => {
    const { item, labeled, position } = task;
    const started = performance.now();
    const list = labeled ? "labeled" : "unlabeled";
    const streams: SampleStreams = (draw) => randomStream(seed, `${draw} of ${list}`, position);
    const hitsBefore = cache.hits();
    const read = () => readTask(dataset, task);
    const { image, labels } = await cache.get(`${list} ${sourceName(item.image)}`, read);
    const made = labeled
      ? augmentPair(image, labels!, streams, augment)
      : augmentImage(image, streams, augment, views, labels);
    return { ...made, madeMs: performance.now() - started, cached: cache.hits() > hitsBefore };
  };
  // the decoder of JPEG files serves one picture at a time
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const made = last.then(() => make(task));
    last = made.catch(() => {});
    return made;
  };
}
