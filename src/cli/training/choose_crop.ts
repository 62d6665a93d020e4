/** Which crop a run of own photos takes, and what is said of it. */
import type { RunConfig } from "../../config/run_config.ts";
import type { CheckReport } from "../../data/check_report.ts";
import type { PictureSize } from "../../data/augment/augment_options.ts";
import { fittingCrop, paddedShare } from "../../data/augment/fitting_crop.ts";
import type { Dataset } from "../../data/dataset.ts";
import { mapLimited } from "../../data/map_limited.ts";
import { checkPicture } from "../../data/read_item.ts";
import { spreadItems } from "../../data/spread_items.ts";
import { percentText } from "../../report/number_text.ts";

/** Photos whose sizes are looked at. */
const SOME = 200;

/** Where more of the crops than this is padding or has no label, it is said. */
const LARGE_PART = 0.5;

/** Sizes of some photos of a run that can be read; what cannot be read is told by the check. */
async function sizesOf({ train, unlabeled }: Dataset): Promise<PictureSize[]> {
  const items = [...spreadItems(train, SOME / 2), ...spreadItems(unlabeled, SOME / 2)];
  const found = await mapLimited(
    items,
    8,
    ({ image }) => checkPicture(image, "image").catch(() => undefined),
  );
  return found.flatMap((size) => size ?? []);
}

/**
 * The configuration with a crop that fits the photos: the preset's is the largest, since memory and time of a step grow
 * with its pixels.
 */
export async function withFittingCrop(config: RunConfig, dataset: Dataset): Promise<RunConfig> {
  const sizes = await sizesOf(dataset);
  if (sizes.length === 0) return config;
  const [height, width] = config.data.crop;
  const crop = fittingCrop(sizes, height * width);
  return { ...config, data: { ...config.data, crop: [crop.height, crop.width] } };
}

/** The line on a crop that was chosen; `undefined` where it is the preset's. */
export function chosenText(
  { data: { crop } }: RunConfig,
  { data: { crop: most } }: RunConfig,
): string | undefined {
  if (crop.join() === most.join()) return undefined;
  return `crop     ${crop[0]} × ${
    crop[1]
  } (rows × columns), after the sizes of the photos and with at most the ` +
    `${most[0]} × ${most[1]} pixels of the preset, for memory; --set data.crop=${most[0]}x${
      most[1]
    } takes another`;
}

/** The line on crops of which a large part brings nothing; `undefined` where it does not. */
export function lostText(config: RunConfig, { sizes, labeledShare }: CheckReport): string | undefined {
  if (sizes.length === 0) return undefined;
  const { data: { crop: [height, width], ratioRange, scale }, recipe } = config;
  const padded = paddedShare(sizes.slice(0, 1000), { height, width }, ratioRange, scale);
  const lost = 1 - (1 - padded) * (labeledShare ?? 1);
  if (lost <= LARGE_PART) return undefined;
  const fit = fittingCrop(sizes, height * width);
  const smaller = padded > 0.25 && fit.height * fit.width < height * width
    ? `; --set data.crop=${fit.height}x${fit.width} fits the photos`
    : "";
  const divided = recipe.crossEntropy === "labeled"
    ? "losses are divided by labeled pixels alone"
    : "losses are divided by these pixels too, --set recipe.crossEntropy=labeled leaves them out";
  return `crop     ${percentText(padded)} of it is padding on average, and ${
    percentText(1 - (labeledShare ?? 1))
  } of the labeled photos has no label: ${divided}${smaller}`;
}
