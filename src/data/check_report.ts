import { firstAndMore } from "../core/first_and_more.ts";
import type { Dataset } from "./dataset.ts";
import { heldOutText } from "./held_out.ts";
import { namesText } from "./val_lacks.ts";
import { packColor, type ValueCount } from "./mask_rule.ts";

/** The masks that were decoded. */
export interface MaskSample {
  /** How many. */
  readonly masks: number;
  /** Stored values of all of them together. */
  readonly counts: readonly ValueCount[];
}

/** What a check found. */
export interface CheckReport {
  /** Images whose header was read. */
  readonly images: number;
  /** Median width and height of the images; `undefined` without images. */
  readonly typicalSize?: { readonly width: number; readonly height: number };
  /** Masks whose pixels were read. */
  readonly masks: number;
  /** Share of each class in the labeled pixels of those masks; they add up to 1. */
  readonly classShares: readonly number[];
  /** Share of their pixels that is left out. */
  readonly ignoredShare: number;
  /** Sentences on what is allowed but perhaps not meant. */
  readonly warnings: readonly string[];
  /** All of it in a few lines. */
  readonly text: string;
  /** The same without the shares of classes. */
  readonly brief: string;
}

function pluralText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Median width and median height of `480 × 360` and others. */
function typicalOf(sizes: readonly string[]): CheckReport["typicalSize"] {
  if (sizes.length === 0) return undefined;
  const sides = sizes.map((size) => size.split(" × ").map(Number));
  const median = (axis: number) =>
    sides.map((side) => side[axis]!).sort((a, b) => a - b)[Math.floor((sides.length - 1) / 2)]!;
  return { width: median(0), height: median(1) };
}

/** The most frequent sizes: `480 × 360 (701), 500 × 375 (2) and 3 more`. */
function sizesText(sizes: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  const ranked = [...counts].sort((a, b) => b[1] - a[1]);
  return firstAndMore(ranked, 3, ([size, count]) => ranked.length === 1 ? size : `${size} (${count})`);
}

function sharesOf(
  { classes, maskRule }: Dataset,
  { counts }: MaskSample,
): { shares: number[]; ignored: number } {
  const stored = maskRule.masks === "color" ? maskRule.colors.map(packColor) : maskRule.values;
  const countOf = new Map(counts.map(({ value, count }) => [value, count]));
  const own = classes.map((_, label) => countOf.get(stored[label]!) ?? 0);
  const labeled = own.reduce((sum, count) => sum + count, 0);
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  return {
    shares: own.map((count) => labeled === 0 ? 0 : count / labeled),
    ignored: all === 0 ? 0 : 1 - labeled / all,
  };
}

function warningsOf(dataset: Dataset, sample: MaskSample, shares: readonly number[]): string[] {
  const warnings: string[] = [...dataset.notes ?? []];
  const absent = dataset.classes.filter((_, label) => shares[label] === 0);
  if (sample.masks > 0 && absent.length > 0) {
    warnings.push(`no pixel of ${namesText(absent)} in the masks looked at`);
  }
  const trained = new Set([...dataset.train, ...dataset.unlabeled].map(({ id }) => id));
  const both = dataset.val.filter(({ id }) => trained.has(id));
  if (both.length > 0) {
    warnings.push(
      `${pluralText(both.length, "image")} of val also in train or unlabeled, first "${both[0]!.id}"`,
    );
  }
  return warnings;
}

/**
 * Makes the report of a check that found no problem.
 * @param found More warnings
 */
export function checkReport(
  dataset: Dataset,
  sizes: readonly string[],
  sample: MaskSample,
  found: readonly string[] = [],
): CheckReport {
  const { shares, ignored } = sharesOf(dataset, sample);
  const warnings = [...warningsOf(dataset, sample, shares), ...found];
  const { train, val, test, unlabeled, classes } = dataset;
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  const heldOut = heldOutText(dataset);
  const lines = [
    `${dataset.name}: ${pluralText(classes.length, "class", "classes")}, ${train.length} labeled, ` +
    `${unlabeled.length} unlabeled, ${val.length} val, ${test.length} test`,
    ...(heldOut === undefined ? [] : [heldOut]),
    `sizes: ${sizesText(sizes)}`,
  ];
  const looked = `${pluralText(sample.masks, "mask")} looked at`;
  const left = `left out ${share(ignored)}`;
  const named = classes.map((name, label) => `${name} ${share(shares[label]!)}`).join(", ");
  const notes = warnings.map((warning) => `note: ${warning}`);
  const textOf = (masks: string) => [...lines, ...(sample.masks > 0 ? [masks] : []), ...notes].join("\n");
  return {
    images: sizes.length,
    typicalSize: typicalOf(sizes),
    masks: sample.masks,
    classShares: shares,
    ignoredShare: ignored,
    warnings,
    text: textOf(`${looked}: ${named}; ${left}`),
    brief: textOf(`${looked}; ${left}`),
  };
}
