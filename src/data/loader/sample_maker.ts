import type { UnlabeledViews } from "../../config/view_options.ts";
import { randomStream } from "../../core/random.ts";
import { augmentImage, augmentPair } from "../augment/augment.ts";
import type { AugmentOptions } from "../augment/augment_options.ts";
import type { SampleStreams } from "../augment/sample_streams.ts";
import type { AugmentedImage } from "../augment/views.ts";
import { type Dataset, type Item, sourceName } from "../dataset.ts";
import { readImage, readLabeled } from "../read_item.ts";
import { createPictureCache } from "./picture_cache.ts";

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
  /** Whether labels are wanted; without, no mask is opened. */
  readonly labeled: boolean;
  /** Place in the endless order of its list: names the sample's random numbers. */
  readonly position: number;
}

/** A sample that was made; further views for unlabeled ones, where asked for. */
export interface Sample extends AugmentedImage {
  /** `[H, W]`; for labeled samples. */
  readonly label?: Uint8Array<ArrayBuffer>;
  /** Time it took. */
  readonly madeMs: number;
  /** Whether the decoded picture was at hand. */
  readonly cached: boolean;
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
  const make: SampleMaker = async ({ item, labeled, position }) => {
    const started = performance.now();
    const list = labeled ? "labeled" : "unlabeled";
    const streams: SampleStreams = (draw) => randomStream(seed, `${draw} of ${list}`, position);
    const hitsBefore = cache.hits();
    const { image, labels } = await cache.get(`${list} ${sourceName(item.image)}`, async () => {
      return labeled ? await readLabeled(dataset, item) : { image: await readImage(item) };
    });
    const made = labels === undefined
      ? augmentImage(image, streams, augment, views)
      : augmentPair(image, labels, streams, augment);
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
