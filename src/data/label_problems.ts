/** What the values of masks say against a run. */
import type { Dataset } from "./dataset.ts";
import { packColor, type ValueCount } from "./mask_rule.ts";
import {
  type CountedPart,
  type CountedSource,
  LABELED_PARTS,
  type LabeledPart,
  mergeCounts,
} from "./count_parts.ts";
import { judgeBinary } from "./masks/judge_binary.ts";
import { histogramText, outsideText } from "./suggest_mapping.ts";

type Parts = ReadonlyMap<LabeledPart, CountedPart>;

/** The stored value, or packed colour, of each class. */
function storedValues({ maskRule }: Dataset): readonly number[] {
  return maskRule.masks === "color" ? maskRule.colors.map(packColor) : maskRule.values;
}

/** Pixels of each class in some masks. */
export function classPixels(dataset: Dataset, masks: readonly CountedSource[]): number[] {
  const label = new Map(storedValues(dataset).map((value, index) => [value, index]));
  const pixels = dataset.classes.map(() => 0);
  for (const { counts } of masks) {
    for (const { value, count } of counts) {
      const index = label.get(value);
      if (index !== undefined && index < pixels.length) pixels[index]! += count;
    }
  }
  return pixels;
}

/** How many of some masks have a pixel of a class. */
export function masksWithLabels(dataset: Dataset, masks: readonly CountedSource[]): number {
  const known = new Set(storedValues(dataset));
  return masks.filter(({ counts }) => counts.some(({ value }) => known.has(value))).length;
}

function outside(dataset: Dataset, masks: readonly CountedSource[], counts: readonly ValueCount[]): string[] {
  const bad = masks.find((mask) => mask.counts.some(({ known }) => !known));
  if (bad === undefined) return [];
  const { value } = bad.counts.find(({ known }) => !known)!;
  return [outsideText(bad.path, value, counts, dataset)];
}

/** Both ways of writing what 255 means, for a description. */
function waysToWrite({ classes, maskRule: { values } }: Dataset): string {
  const asClass = classes.length === 2 ? [0, 255] : [...values.slice(0, -1), 255];
  return `write values = [${asClass.join(", ")}] if 255 is the class "${
    classes.at(-1)
  }", or ignore = [255] if it means ` +
    '"no label"';
}

/** 255, which nobody said to be left out, where it may be a class. */
function assumed(dataset: Dataset, masks: readonly CountedSource[], counts: readonly ValueCount[]): string[] {
  const { ignoreAssumed, maskRule, classes } = dataset;
  const ignored = counts.find(({ value }) => value === 255);
  if (ignoreAssumed !== true || ignored === undefined || !maskRule.ignore.includes(255)) return [];
  const pixels = classPixels(dataset, masks);
  const absent = classes.filter((_, label) => pixels[label] === 0);
  const seen = histogramText(counts, maskRule.masks);
  if (absent.length > 0) {
    const names = absent.slice(0, 5).map((name) => `"${name}"`).join(", ");
    return [`no mask has a pixel of ${names}, while 255 is left out: ${seen}; ${waysToWrite(dataset)}`];
  }
  const verdict = judgeBinary(masks);
  return verdict.meaning === "unclear"
    ? [
      `${verdict.text}, while 255 is left out: ${seen}, expected one way for all masks; ${
        waysToWrite(dataset)
      }`,
    ]
    : [];
}

/** Lists that cannot be trained on or chosen by. */
function withoutLabels(dataset: Dataset, parts: Parts): string[] {
  return (["train", "val"] as const).flatMap((part) => {
    const { masks, total } = parts.get(part)!;
    if (total === 0 || masks.length === 0 || masksWithLabels(dataset, masks) > 0) return [];
    const seen = histogramText(mergeCounts(masks.map(({ counts }) => counts)), dataset.maskRule.masks);
    return [
      `${part} has no labeled pixel in ${masks.length} masks, first "${
        masks[0]!.path
      }": ${seen}, expected some pixels ` +
      "of a class",
    ];
  });
}

/** Sentences on what makes a run senseless: values outside of the classes, 255 that may be a class, no labels at all. */
export function labelProblems(dataset: Dataset, parts: Parts): string[] {
  const masks = LABELED_PARTS.flatMap((part) => parts.get(part)!.masks);
  const counts = mergeCounts(masks.map((mask) => mask.counts));
  const found = [...outside(dataset, masks, counts), ...assumed(dataset, masks, counts)];
  return found.length > 0 ? found : withoutLabels(dataset, parts);
}
