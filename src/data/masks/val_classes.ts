import type { Dataset, Source } from "../dataset.ts";
import { namesText, valLacksText } from "../val_lacks.ts";
import { labelsOf, lacking, masksOf } from "./mask_labels.ts";
import type { SurveyOptions } from "./survey_masks.ts";

/** Masks of val that are all read where those that were looked at lack a class. */
const MOST_READ = 200;

/**
 * Tells which classes no photo of val shows.
 * @param seen The masks that were looked at; few others of val are read where these lack a class
 */
export async function valWarnings(
  dataset: Dataset,
  seen: ReadonlySet<Source>,
  options: SurveyOptions,
): Promise<string[]> {
  const all = masksOf(dataset.val);
  const looked = all.filter((source) => seen.has(source));
  const lackingIn = async (sources: readonly Source[]) =>
    lacking(dataset, await labelsOf(dataset, sources, options));
  const doubtful = await lackingIn(looked);
  if (all.length === 0 || doubtful.length === 0) return [];
  if (looked.length < all.length && all.length > MOST_READ) {
    if (looked.length === 0) return [];
    return [
      `no pixel of ${namesText(doubtful)} in the ${looked.length} of ${all.length} val masks looked at`,
    ];
  }
  const sure = looked.length < all.length ? await lackingIn(all) : doubtful;
  return sure.length === 0 ? [] : [valLacksText({ lacking: sure, classes: dataset.classes.length })];
}
