import { usesUnlabeled } from "../config/recipe.ts";
import type { RunConfig } from "../config/run_config.ts";
import type { Dataset, Item } from "../data/dataset.ts";
import { readImage, readLabeled } from "../data/read_item.ts";
import { spreadItems } from "../data/spread_items.ts";
import { predictImage, type PredictOptions } from "../eval/predict_image.ts";
import { predictPseudoMask, SURE_LEVELS, sureLabels } from "../eval/pseudo_masks.ts";
import type { Network } from "../model/network.ts";
import { pictureRow } from "../report/report_picture.ts";
import type { PictureRow } from "../report/run_record.ts";

/** Photos with a mask that a report shows, and photos without. */
const SHOWN = { labeled: 4, unlabeled: 3 };

/** How a run predicts and is evaluated. */
export function predictOptions({ evaluation }: Pick<RunConfig, "evaluation">): PredictOptions {
  const { mode, crop, stride, scale } = evaluation;
  return { mode, crop, stride, scale };
}

/** Val photos with truth and prediction, then unlabeled photos with the classes that the network gives them. */
export async function reportPictures(
  network: Network,
  dataset: Dataset,
  config: RunConfig,
): Promise<PictureRow[]> {
  const options = predictOptions(config);
  const rows: PictureRow[] = [];
  for (const item of spreadItems(dataset.val, SHOWN.labeled)) {
    rows.push(await labeledRow(network, dataset, item, options));
  }
  // those of a diagnosis have a place of their own, with their truth
  if (!usesUnlabeled(config.recipe) || (config.evaluation.diagnosePseudoMasks ?? 0) > 0) return rows;
  for (const item of spreadItems(dataset.unlabeled, SHOWN.unlabeled)) {
    const photo = await readImage(item);
    const { labels: pseudo } = await predictImage(network, photo, options);
    rows.push(pictureRow({ name: item.id, note: "unlabeled", photo, pseudo }, dataset.colors));
  }
  return rows;
}

/** Some photos of a diagnosis with their true masks and what the network says of them, everywhere and where it is sure. */
export async function pseudoMaskPictures(
  network: Network,
  dataset: Dataset,
  diagnosis: readonly Item[],
  config: RunConfig,
): Promise<PictureRow[]> {
  const rows: PictureRow[] = [];
  for (const item of spreadItems(diagnosis, SHOWN.unlabeled)) {
    const { image: photo, labels: { data: truth } } = await readLabeled(dataset, item);
    const { labels: pseudo, probabilities } = await predictPseudoMask(network, photo, predictOptions(config));
    const sure = sureLabels(pseudo, probabilities, SURE_LEVELS.at(-1)!, dataset.ignoreLabel);
    rows.push(pictureRow({ name: item.id, note: "unlabeled", photo, truth, pseudo, sure }, dataset.colors));
  }
  return rows;
}

async function labeledRow(
  network: Network,
  dataset: Dataset,
  item: Item,
  options: PredictOptions,
): Promise<PictureRow> {
  const { image, labels } = await readLabeled(dataset, item);
  const { labels: prediction } = await predictImage(network, image, options);
  return pictureRow(
    { name: item.id, note: "val", photo: image, truth: labels.data, prediction },
    dataset.colors,
  );
}
