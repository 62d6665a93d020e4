/** What a run's start says and decides by the sizes of its photos. */
import { type CropSize, fittingCrop, paddedShare, withCrop } from "../config/fit_crop.ts";
import type { RunConfig } from "../config/run_config.ts";
import { fittedSize } from "../data/augment/scale.ts";
import type { CheckReport } from "../data/check_report.ts";

/**
 * Bytes that a step of preset `own` holds for each pixel of its crops (measured with ResNet-18: 0.5 GB more resident
 * memory at 4 + 4 crops of 225 × 225 than at crops of 33).
 */
const BYTES_PER_PIXEL = 1300;

/** A step may take this share of what the machine has free. */
const SHARE_OF_FREE = 0.6;

/** Shares above which the start says so. */
const MUCH_PADDING = 0.4;
const MUCH_UNLABELED = 0.5;

function typicalOf({ typicalSize }: CheckReport, { data: { scale } }: RunConfig): CropSize | undefined {
  if (typicalSize === undefined) return undefined;
  const { height, width } = scale === undefined ? typicalSize : fittedSize(typicalSize, scale);
  return [height, width];
}

const sizeText = ([height, width]: CropSize) => `${width} × ${height}`;
const shareText = (share: number) => `${(100 * share).toFixed(share > 0.995 ? 1 : 0)} %`;

/**
 * The configuration with a crop that fits the photos, which it says.
 * @param report Of the check of its dataset
 * @param freeBytes Memory that is free; without it nothing is held to it
 */
export function withFittingCrop(
  config: RunConfig,
  report: CheckReport,
  note: (text: string) => void,
  freeBytes?: number,
): RunConfig {
  const typical = typicalOf(report, config);
  if (typical === undefined) return config;
  const limits = {
    most: config.data.crop,
    bytesPerPixel: BYTES_PER_PIXEL,
    images: config.batch.labeled + config.batch.unlabeled,
  };
  const byPhotos = fittingCrop(typical, limits);
  const crop = fittingCrop(typical, {
    ...limits,
    bytes: freeBytes === undefined ? undefined : freeBytes * SHARE_OF_FREE,
  });
  const why = crop.join() === byPhotos.join()
    ? `photos are ${sizeText(typical)} typically`
    : `${(freeBytes! / 1e9).toFixed(1)} GB of memory are free`;
  if (crop.join() === config.data.crop.join()) return config;
  note(`crop     ${sizeText(crop)}, since ${why}; --set data.crop=[height,width] takes another`);
  return withCrop(config, crop);
}

/** Mean share of a crop that is padding, over the ratios of training. */
export function runPadding(config: RunConfig, report: CheckReport): number {
  const typical = typicalOf(report, config);
  return typical === undefined ? 0 : paddedShare(typical, config.data.crop, config.data.ratioRange);
}

/** Says where much of what the losses see is padding or has no label. */
export function noteLostPixels(
  config: RunConfig,
  report: CheckReport,
  note: (text: string) => void,
): void {
  const typical = typicalOf(report, config);
  const { crop } = config.data;
  const padded = runPadding(config, report);
  const parts = [
    ...padded > MUCH_PADDING
      ? [
        `${shareText(padded)} of a crop of ${sizeText(crop)} is padding, since photos are ${
          sizeText(typical!)
        }`,
      ]
      : [],
    ...report.ignoredShare > MUCH_UNLABELED
      ? [`${shareText(report.ignoredShare)} of the pixels of labeled photos have no label`]
      : [],
  ];
  if (parts.length === 0) return;
  const divided = config.recipe.crossEntropy === "labeled"
    ? "losses are divided by labeled pixels alone"
    : "losses are divided by all pixels, these too; recipe.crossEntropy=labeled leaves them out";
  note(`note     ${parts.join("; ")}: ${divided}`);
}
