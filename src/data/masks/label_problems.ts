/** What is wrong with the labels of a dataset as a whole: nothing of it shows in a single mask. */
import { type Dataset, IGNORE_LABEL, type Source, sourceName } from "../dataset.ts";
import { disagreementOn255 } from "./binary_masks.ts";
import { type Labels, labelsOf, lacking, masksOf } from "./mask_labels.ts";
import { quoted } from "../../core/shown_text.ts";
import { namesText } from "../val_lacks.ts";
import { valWarnings } from "./val_classes.ts";
import { surveyMasks, type SurveyOptions } from "./survey_masks.ts";

const hasLabel = (labels: Labels | undefined) => labels?.classes.some((pixels) => pixels > 0) ?? true;

/** Findings on labels: those that a run must not begin with, and those that may be meant. */
export interface LabelFindings {
  /** Sentences. */
  readonly problems: readonly string[];
  /** Sentences. */
  readonly warnings: readonly string[];
}

/** Looks at all masks of a part only where the ones that were looked at hold no label. */
async function withoutLabels(
  dataset: Dataset,
  part: "train" | "val",
  seen: ReadonlySet<Source>,
  options: SurveyOptions,
): Promise<string[]> {
  const sources = masksOf(dataset[part]);
  const first = await labelsOf(dataset, sources.filter((source) => seen.has(source)), options);
  if (sources.length === 0 || (first.length > 0 && first.some(hasLabel))) return [];
  if ((await labelsOf(dataset, sources, options)).some(hasLabel)) return [];
  const masks = sources.length === 1 ? "its mask holds" : `its ${sources.length} masks hold`;
  return [
    `${part} has no labeled pixel: ${masks} values that are left out alone, expected some pixels of classes`,
  ];
}

/** A declared class without a pixel beside a 255 that nobody declared: 255 may well be that class. */
async function absentBeside255(
  dataset: Dataset,
  seen: readonly (Labels | undefined)[],
  options: SurveyOptions,
): Promise<string[]> {
  if (dataset.ignoreAssumed !== true) return [];
  const ignores = (all: readonly (Labels | undefined)[]) =>
    all.some((one) => one?.ignored.includes(IGNORE_LABEL));
  if (lacking(dataset, seen).length === 0) return [];
  const all = await labelsOf(dataset, masksOf([...dataset.train, ...dataset.val, ...dataset.test]), options);
  const absent = lacking(dataset, all);
  if (absent.length === 0 || !ignores(all)) return [];
  const names = absent.slice(0, 5).map((name) => `"${name}"`).join(", ");
  const values = dataset.classes.length === 2
    ? "values = [0, 255]"
    : "values = [the stored number of each class] with 255 among them (values = [0, 255] for two classes)";
  return [
    `no mask holds a pixel of ${names}, while 255, which nothing describes, has pixels that would be left out; write ` +
    `${values} in "dataset.toml" if 255 is that class, or ignore = [255] if it means "no label"`,
  ];
}

/** Masks that disagree on a 255 that nobody declared, such as those of two exports. */
async function disagreement(
  dataset: Dataset,
  looked: readonly Source[],
  options: SurveyOptions,
): Promise<string[]> {
  if (dataset.ignoreAssumed !== true) return [];
  const found = await surveyMasks(looked, options);
  const masks = found.flatMap((one, i) =>
    "problem" in one || one.kind === "color" ? [] : [{ name: sourceName(looked[i]!), counts: one.counts }]
  );
  const text = disagreementOn255(masks);
  return text === undefined ? [] : [text];
}

/**
 * Looks for a part without labels, for classes that may hide behind 255, and for what only some masks have.
 * @param looked The masks that were looked at; others are read where these leave a doubt
 */
export async function labelFindings(
  dataset: Dataset,
  looked: readonly Source[],
  options: SurveyOptions = {},
): Promise<LabelFindings> {
  const seen = new Set(looked);
  const labels = await labelsOf(dataset, looked, options);
  const problems = [
    ...await withoutLabels(dataset, "train", seen, options),
    ...await withoutLabels(dataset, "val", seen, options),
    ...await absentBeside255(dataset, labels, options),
  ];
  // a class that hides behind 255 is the clearer sentence
  if (problems.length === 0) problems.push(...await disagreement(dataset, looked, options));
  const warnings = [...warningsOf(dataset, looked, labels), ...await valWarnings(dataset, seen, options)];
  return { problems, warnings };
}

/** Classes whose names differ in letter case alone: often one class that was typed in two ways. */
function alikeNames(classes: readonly string[]): string[] {
  const first = new Map<string, string>();
  return classes.flatMap((name) => {
    const key = name.trim().toLowerCase();
    const other = first.get(key);
    if (other === undefined) first.set(key, name);
    return other === undefined
      ? []
      : [`classes ${quoted(other)} and ${quoted(name)} differ in letter case alone, are they one?`];
  });
}

function warningsOf(
  dataset: Dataset,
  looked: readonly Source[],
  labels: readonly (Labels | undefined)[],
): string[] {
  const train = new Set(masksOf(dataset.train));
  const empty = looked.filter((source, i) => train.has(source) && !hasLabel(labels[i]));
  const pixels = (label: number, wanted: (source: Source) => boolean) =>
    looked.reduce((sum, source, i) => wanted(source) ? sum + (labels[i]?.classes[label] ?? 0) : sum, 0);
  const elsewhere = dataset.classes.filter((_, label) =>
    pixels(label, (source) => train.has(source)) === 0 && pixels(label, () => true) > 0
  );
  const names = namesText(elsewhere);
  const seen = new Set(looked);
  const isSure = masksOf(dataset.train).every((source) => seen.has(source));
  return [
    ...alikeNames(dataset.classes),
    ...empty.length === 0 ? [] : [
      `${empty.length} labeled ${empty.length === 1 ? "image has" : "images have"} no labeled pixel, first "${
        sourceName(empty[0]!)
      }"`,
    ],
    ...elsewhere.length === 0 ? [] : [
      `only val or test hold pixels of ${names}${
        isSure ? ": it cannot be learned" : " in the masks looked at"
      }`,
    ],
  ];
}
