import type { UnlabeledViews } from "../../config/view_options.ts";
import { checkViews } from "../../config/view_schema.ts";
import { DatasetError } from "../../core/errors.ts";
import type { AugmentOptions } from "../augment/augment_options.ts";
import type { Dataset, Item } from "../dataset.ts";
import { joinBatch, type LoadedBatch } from "./batch.ts";
import { sampleOrder } from "./sample_order.ts";
import type { Sample, SampleTask } from "./sample_maker.ts";
import { createSamplePool } from "./sample_pool.ts";

/** What a loader delivers and how. */
export interface LoaderOptions {
  /** Labeled samples a batch, an integer from 1. */
  readonly batchLabeled: number;
  /** Unlabeled samples a batch, an integer from 0. */
  readonly batchUnlabeled: number;
  /** Crop and augmentation, from `augmentOptions`. */
  readonly augment: AugmentOptions;
  /** Which views of unlabeled pictures are made. Default one official view. */
  readonly views?: UnlabeledViews;
  /** Names order and augmentation. */
  readonly seed: number;
  /** Workers that decode ahead; 0 decodes in this thread when asked. Default 1. */
  readonly workers?: number;
  /** Batches made ahead by workers, an integer from 1. Default 3. */
  readonly prefetch?: number;
  /** Iteration of the first batch: a resumed run gives its own. Default 0. */
  readonly startIteration?: number;
  /** Bytes of decoded pictures kept by all workers together. Default 256 MiB. */
  readonly cacheBytes?: number;
  /** This process among several that train together: each gets other samples. Default the only one. */
  readonly share?: { readonly index: number; readonly count: number };
  /**
   * Which places of the whole unlabeled batch, that of all processes, this one needs at an iteration, `batchUnlabeled`
   * of them. Default: the ones of its share, in order.
   */
  readonly unlabeledPlaces?: (iteration: number) => readonly number[];
}

/** How the loader kept up. */
export interface LoaderStats {
  /** Batches delivered. */
  readonly batches: number;
  /** Samples in them. */
  readonly samples: number;
  /** Time that `next()` waited, all batches together. */
  readonly waitedMs: number;
  /** The same without the first batch, which nothing could be made ahead of. */
  readonly waitedAfterFirstMs: number;
  /** Time that making the samples took, wherever that was. */
  readonly madeMs: number;
  /** Samples whose decoded picture was kept from before. */
  readonly cachedSamples: number;
}

/** Delivers batches without end. */
export interface Loader {
  /**
   * The next batch; the caller owns its arrays.
   * @throws {DatasetError} Naming the file, if one is missing or damaged; every later call throws it again
   */
  next(): Promise<LoadedBatch>;
  /** Numbers so far. */
  stats(): LoaderStats;
  /** Stops the workers; `next()` throws from then on. */
  close(): void;
}

const DEFAULTS = {
  workers: 1,
  prefetch: 3,
  startIteration: 0,
  cacheBytes: 256 * 2 ** 20,
  share: { index: 0, count: 1 },
};

type FullOptions = LoaderOptions & Required<Pick<LoaderOptions, keyof typeof DEFAULTS>>;

function checkOptions(dataset: Pick<Dataset, "name" | "train" | "unlabeled">, options: FullOptions): void {
  const lowest = {
    batchLabeled: 1,
    batchUnlabeled: 0,
    workers: 0,
    prefetch: 1,
    startIteration: 0,
    cacheBytes: 0,
  };
  for (const [key, low] of Object.entries(lowest)) {
    const value = options[key as keyof typeof lowest];
    if (!Number.isInteger(value) || value < low) {
      throw new RangeError(`Cannot load with ${key} ${value}: expected an integer from ${low}`);
    }
  }
  if (options.views !== undefined) checkViews(options.views);
  if (dataset.train.length === 0) {
    throw new DatasetError(
      `Cannot load "${dataset.name}": train holds no labeled image, expected at least one`,
    );
  }
  if (options.batchUnlabeled > 0 && dataset.unlabeled.length === 0) {
    throw new DatasetError(
      `Cannot load "${dataset.name}": it has no unlabeled image, expected some for ${options.batchUnlabeled} a batch; ` +
        "label a part of train only, or name a folder of photos",
    );
  }
}

interface ListPlan {
  readonly items: readonly Item[];
  readonly labeled: boolean;
  readonly count: number;
  readonly order: (position: number) => number;
  readonly places?: (iteration: number) => readonly number[];
}

/** The tasks of one list in one batch, with the place of their item in the list. */
function tasksOf(
  plan: ListPlan,
  iteration: number,
  { index, count }: FullOptions["share"],
): { task: SampleTask; home: number }[] {
  return Array.from({ length: plan.count }, (_, i) => {
    const place = plan.places?.(iteration)[i] ?? index * plan.count + i;
    const position = iteration * count * plan.count + place;
    const home = plan.order(position);
    return { task: { item: plan.items[home]!, labeled: plan.labeled, position }, home };
  });
}

/**
 * A loader of augmented batches. Labeled and unlabeled images are each drawn in an order of their own, every image once
 * an epoch. Batch t depends on the dataset's lists, the augmentation, the seed and t alone: not on workers, prefetch or
 * where a run was resumed.
 * @param dataset `train` gives the labeled images, `unlabeled` the others
 * @throws {DatasetError} If a list that is needed is empty
 * @throws {RangeError} If an option is out of its range
 */
export function createLoader(
  dataset: Pick<Dataset, "name" | "train" | "unlabeled" | "maskRule" | "classes">,
  options: LoaderOptions,
): Loader {
  const full: FullOptions = { ...DEFAULTS, ...definedOnly(options) };
  checkOptions(dataset, full);
  const { augment, seed, workers, cacheBytes, share, views } = full;
  const { maskRule, classes } = dataset;
  const settings = { dataset: { maskRule, classes }, augment, seed, cacheBytes, views };
  const pool = createSamplePool(settings, workers);
  const plan = (items: readonly Item[], labeled: boolean, count: number): ListPlan => {
    return {
      items,
      labeled,
      count,
      order: sampleOrder(seed, labeled ? "labeled" : "unlabeled", items.length),
    };
  };
  const plans = [
    plan(dataset.train, true, full.batchLabeled),
    { ...plan(dataset.unlabeled, false, full.batchUnlabeled), places: full.unlabeledPlaces },
  ];
  const makeBatch = async (iteration: number) => {
    const tasks = plans.flatMap((plan) => tasksOf(plan, iteration, share));
    const samples = await Promise.all(tasks.map(({ task, home }) => pool.make(task, home)));
    return { batch: joinBatch(iteration, tasks.map(({ task }) => task), samples, augment.crop), samples };
  };
  return deliver(makeBatch, full, pool.close);
}

function definedOnly(options: LoaderOptions): LoaderOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as LoaderOptions;
}

type MakeBatch = (iteration: number) => Promise<{ batch: LoadedBatch; samples: readonly Sample[] }>;

/** Keeps batches under way and hands them out in order. */
function deliver(
  makeBatch: MakeBatch,
  { workers, prefetch, startIteration }: FullOptions,
  stop: () => void,
): Loader {
  const ahead: ReturnType<MakeBatch>[] = [];
  let iteration = startIteration;
  let failure: unknown;
  const stats = { batches: 0, samples: 0, waitedMs: 0, waitedAfterFirstMs: 0, madeMs: 0, cachedSamples: 0 };
  const fill = (count: number) => {
    while (failure === undefined && ahead.length < count) {
      const batch = makeBatch(iteration++);
      batch.catch(() => {}); // next() tells
      ahead.push(batch);
    }
  };
  if (workers > 0) fill(prefetch);
  return {
    async next() {
      if (failure !== undefined) throw failure;
      const started = performance.now();
      fill(workers > 0 ? prefetch + 1 : 1);
      try {
        const { batch, samples } = await ahead.shift()!;
        const waited = performance.now() - started;
        stats.waitedMs += waited;
        if (stats.batches++ > 0) stats.waitedAfterFirstMs += waited;
        stats.samples += samples.length;
        for (const { madeMs, cached } of samples) {
          stats.madeMs += madeMs;
          stats.cachedSamples += cached ? 1 : 0;
        }
        return batch;
      } catch (error) {
        failure ??= error;
        throw error;
      }
    },
    stats: () => ({ ...stats }),
    close() {
      failure ??= new TypeError("Cannot load a batch: the loader is closed, expected an open one");
      stop();
    },
  };
}
