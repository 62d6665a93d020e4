/** Which classes masks hold. */
import { packColor } from "../colors.ts";
import { type Dataset, type Item, type Source, sourceName } from "../dataset.ts";
import { countsByRule } from "../mask_rule.ts";
import { surveyMasks, type SurveyOptions } from "./survey_masks.ts";

/** The masks of items that have one. */
export function masksOf(items: readonly Item[]): Source[] {
  return items.flatMap(({ mask }) => mask ?? []);
}

/** What a mask holds. */
export interface Labels {
  /** Pixels of each class. */
  readonly classes: readonly number[];
  /** Stored values that are of no class. */
  readonly ignored: readonly number[];
}

/** What masks hold by a dataset's rule; `undefined` for those that cannot be read, which are told of elsewhere. */
export async function labelsOf(
  { maskRule, classes }: Dataset,
  sources: readonly Source[],
  options: SurveyOptions,
): Promise<(Labels | undefined)[]> {
  const stored = new Map(
    maskRule.masks === "color"
      ? maskRule.colors.map((color, label) => [packColor(color), label])
      : maskRule.values.map((value, label) => [value, label]),
  );
  const found = await surveyMasks(sources, options);
  return found.map((one, i) => {
    if ("problem" in one) return undefined;
    try {
      const counts = countsByRule(one, maskRule, sourceName(sources[i]!));
      const of = new Array<number>(classes.length).fill(0);
      for (const { value, count } of counts) {
        const label = stored.get(value);
        if (label !== undefined) of[label]! += count;
      }
      return {
        classes: of,
        ignored: counts.filter(({ value }) => !stored.has(value)).map(({ value }) => value),
      };
    } catch {
      return undefined; // of another kind than the rule says: told of elsewhere
    }
  });
}

/** Names of the classes that none of some masks holds. */
export function lacking(
  { classes }: Pick<Dataset, "classes">,
  masks: readonly (Labels | undefined)[],
): string[] {
  return classes.filter((_, label) => masks.every((one) => (one?.classes[label] ?? 0) === 0));
}
