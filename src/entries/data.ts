/**
 * Datasets: folders of photos and masks in the layouts of label tools and benchmarks, the choice of the labeled part, the
 * check before a run, augmentation, and batches that are made ahead of the step.
 *
 * An eighth of the generated dataset keeps its masks, the others become unlabeled images:
 *
 * ```ts
 * import { augmentOptions, chooseLabeled, createLoader, openDataset } from "@guidedmix/guidedmix/data";
 * import assert from "node:assert/strict";
 *
 * const opened = await openDataset("synthetic"); // or a folder, or a dataset.toml
 * const dataset = await chooseLabeled(opened, { fraction: "1/8", seed: 0 });
 * assert.equal(dataset.train.length + dataset.unlabeled.length, opened.train.length);
 *
 * const loader = createLoader(dataset, {
 *   batchLabeled: 2,
 *   batchUnlabeled: 2,
 *   augment: augmentOptions({ height: 33, width: 33 }),
 *   seed: 0,
 *   workers: 0,
 * });
 * const batch = await loader.next();
 * assert.equal(batch.labeledIds.length, 2);
 * loader.close();
 * ```
 *
 * @module
 */
export { openDataset } from "../data/open_dataset.ts";
export type { Layout, OpenDatasetOptions } from "../data/open_dataset.ts";
export { chooseLabeled } from "../data/choose_labeled.ts";
export { withheldItems } from "../data/withheld_items.ts";
export type { ChooseLabeledOptions } from "../data/choose_labeled.ts";
export { countClasses, medianWeights } from "../data/class_weights.ts";
export type { ClassPixels } from "../data/class_weights.ts";
export { addUnlabeled } from "../data/add_unlabeled.ts";
export { openUnlabeled } from "../data/open_unlabeled.ts";
export type { OpenUnlabeledOptions } from "../data/open_unlabeled.ts";
export { checkDataset } from "../data/check_dataset.ts";
export type { CheckDatasetOptions } from "../data/check_dataset.ts";
export type { SurveyProgress } from "../data/masks/survey_masks.ts";
export type { CheckReport } from "../data/check_report.ts";
export type { SyntheticOptions } from "../data/synthetic/synthetic.ts";
export { readImage, readLabeled, readLabelMap } from "../data/read_item.ts";
export type {
  Color,
  Dataset,
  DrawnSource,
  FileSource,
  Item,
  KeptSource,
  LabelMap,
  MaskRule,
  Source,
  SyntheticSource,
} from "../data/dataset.ts";
export type {
  BitmapShape,
  BrushShape,
  LabeledShape,
  LayerShape,
  PatchShape,
  PolygonShape,
  RunsShape,
  SegmentsShape,
  Shape,
} from "../data/shapes/shape.ts";
export { createLoader } from "../data/loader/loader.ts";
export type { Loader, LoaderOptions, LoaderStats } from "../data/loader/loader.ts";
export type { LoadedBatch } from "../data/loader/batch.ts";
export { augmentOptions } from "../data/augment/augment_options.ts";
export type { AugmentOptions, PictureSize } from "../data/augment/augment_options.ts";
