/**
 * Prediction with a network, the measures of an evaluation, and pictures of label maps. A trained run is opened by
 * `openModel` of `@guidedmix/guidedmix`.
 *
 * Mean IoU is counted over pixels, and a label map is painted over its photo:
 *
 * ```ts
 * import { ConfusionMatrix, overlay } from "@guidedmix/guidedmix/eval";
 * import assert from "node:assert/strict";
 *
 * const confusion = new ConfusionMatrix(2);
 * confusion.add(Uint8Array.of(0, 0, 1, 1), Uint8Array.of(0, 1, 1, 255), 255); // 255 is left out
 * const { miou, accuracy } = confusion.summary(["road", "car"]);
 * assert.equal(miou, 0.5); // 1 of 2 pixels in both classes
 * assert.equal(accuracy, 2 / 3);
 *
 * const photo = { width: 2, height: 1, data: new Uint8Array(6) };
 * const painted = overlay(photo, Uint8Array.of(1, 1), [[0, 0, 0], [200, 0, 0]], { alpha: 0.5, edges: false });
 * assert.deepEqual([...painted.data], [100, 0, 0, 100, 0, 0]);
 * ```
 *
 * @module
 */
export { predictImage, predictProbabilities } from "../eval/predict_image.ts";
export type { Prediction, PredictOptions } from "../eval/predict_image.ts";
export { ConfusionMatrix } from "../eval/confusion.ts";
export type { ClassResult, EvaluationSummary } from "../eval/confusion.ts";
export type { EvaluationShare } from "../eval/evaluate_dataset.ts";
export { evaluateDataset } from "../eval/evaluate_dataset.ts";
export type { EvaluateOptions, Evaluation } from "../eval/evaluate_dataset.ts";
export { comparePseudoMasks } from "../eval/pseudo_masks.ts";
export type { ComparePseudoMasksOptions, PseudoMaskComparison, SurePixels } from "../eval/pseudo_masks.ts";
export { predictPhoto, predictPhotoProbabilities } from "../eval/predict_photo.ts";
export type { PhotoPrediction, ProbabilityMap, ProbablePhoto } from "../eval/predict_photo.ts";
export { SURE_LEVELS } from "../eval/pseudo_masks.ts";
export { colorize, overlay } from "../report/pictures.ts";
export type { ColorizeOptions, OverlayOptions } from "../report/pictures.ts";
export type { RgbColor } from "../report/palette.ts";
export type { EvaluationRecord, Finding } from "../report/run_record.ts";
