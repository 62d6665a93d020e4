import type { PictureSize } from "./augment/augment_options.ts";
import { type CountedPart, LABELED_PARTS, type LabeledPart, mergeCounts } from "./count_parts.ts";
import type { Dataset } from "./dataset.ts";
import { classPixels, masksWithLabels } from "./label_problems.ts";

/** What was read. */
export interface Looked {
  /** Of each image whose header was read. */
  readonly sizes: readonly PictureSize[];
  /** The masks whose pixels were read. */
  readonly parts: ReadonlyMap<LabeledPart, CountedPart>;
  /** Sentences on the files. */
  readonly notes: readonly string[];
}

/** What a check found. */
export interface CheckReport {
  /** Images whose header was read. */
  readonly images: number;
  /** Masks whose pixels were read. */
  readonly masks: number;
  /** Share of each class in the labeled pixels of those masks; they add up to 1. */
  readonly classShares: readonly number[];
  /** Share of their pixels that is left out. */
  readonly ignoredShare: number;
  /** Share of the pixels of train's masks that has a label; `undefined` where none was looked at. */
  readonly labeledShare?: number;
  /** Sentences on what is allowed but perhaps not meant. */
  readonly warnings: readonly string[];
  /** Sizes of those images. */
  readonly sizes: readonly PictureSize[];
  /** All of it in a few lines. */
  readonly text: string;
}

function pluralText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The most frequent sizes: `480 × 360 (701), 500 × 375 (2) and 3 more`. */
function sizesText(sizes: readonly PictureSize[]): string {
  const counts = new Map<string, number>();
  for (const size of sizes.map(({ width, height }) => `${width} × ${height}`)) {
    counts.set(size, (counts.get(size) ?? 0) + 1);
  }
  const ranked = [...counts].sort((a, b) => b[1] - a[1]);
  const shown = ranked.slice(0, 3).map(([size, count]) => ranked.length === 1 ? size : `${size} (${count})`);
  return shown.join(", ") + (ranked.length > 3 ? ` and ${ranked.length - 3} more sizes` : "");
}

/** Share of each class in the labeled pixels, and of what is left out in all. */
function sharesOf(dataset: Dataset, { parts }: Looked): { shares: number[]; ignored: number; masks: number } {
  const masks = LABELED_PARTS.flatMap((part) => parts.get(part)!.masks);
  const own = classPixels(dataset, masks);
  const labeled = own.reduce((sum, count) => sum + count, 0);
  const all = mergeCounts(masks.map(({ counts }) => counts)).reduce((sum, { count }) => sum + count, 0);
  return {
    shares: own.map((count) => labeled === 0 ? 0 : count / labeled),
    ignored: all === 0 ? 0 : 1 - labeled / all,
    masks: masks.length,
  };
}

/** Classes that are evaluated and never learned, and photos that bring nothing. */
function labelWarnings(dataset: Dataset, { parts }: Looked): string[] {
  const [train, val] = [parts.get("train")!, parts.get("val")!];
  const [learned, judged] = [classPixels(dataset, train.masks), classPixels(dataset, val.masks)];
  const warnings: string[] = [];
  const onlyVal = dataset.classes.filter((_, label) => learned[label] === 0 && judged[label]! > 0);
  if (train.masks.length > 0 && onlyVal.length > 0) {
    const names = onlyVal.map((name) => `"${name}"`).join(", ");
    warnings.push(`${names} in masks of val and not in those of train: it cannot be learned`);
  }
  const empty = train.masks.length - masksWithLabels(dataset, train.masks);
  if (empty > 0) {
    const { path } = train.masks.find((mask) => masksWithLabels(dataset, [mask]) === 0)!;
    warnings.push(`${pluralText(empty, "labeled image")} without a labeled pixel, first "${path}"`);
  }
  return warnings;
}

function warningsOf(dataset: Dataset, looked: Looked, shares: readonly number[]): string[] {
  const warnings: string[] = [...dataset.notes ?? [], ...looked.notes];
  const absent = dataset.classes.filter((_, label) => shares[label] === 0);
  if (shares.some((share) => share > 0) && absent.length > 0) {
    warnings.push(`no pixel of ${absent.map((name) => `"${name}"`).join(", ")} in the masks looked at`);
  }
  warnings.push(...labelWarnings(dataset, looked));
  const trained = new Set([...dataset.train, ...dataset.unlabeled].map(({ id }) => id));
  const both = dataset.val.filter(({ id }) => trained.has(id));
  if (both.length > 0) {
    warnings.push(
      `${pluralText(both.length, "image")} of val also in train or unlabeled, first "${both[0]!.id}"`,
    );
  }
  return warnings;
}

/** Share of the pixels of train's masks that has a label. */
function labeledShareOf(dataset: Dataset, { parts }: Looked): number | undefined {
  const { masks } = parts.get("train")!;
  const labeled = classPixels(dataset, masks).reduce((sum, count) => sum + count, 0);
  const all = mergeCounts(masks.map(({ counts }) => counts)).reduce((sum, { count }) => sum + count, 0);
  return all === 0 ? undefined : labeled / all;
}

/** Makes the report of a check that found no problem. */
export function checkReport(dataset: Dataset, looked: Looked): CheckReport {
  const { sizes } = looked;
  const { shares, ignored, masks } = sharesOf(dataset, looked);
  const warnings = warningsOf(dataset, looked, shares);
  const { train, val, test, unlabeled, classes } = dataset;
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  const lines = [
    `${dataset.name}: ${pluralText(classes.length, "class", "classes")}, ${train.length} labeled, ` +
    `${unlabeled.length} unlabeled, ${val.length} val, ${test.length} test`,
    `sizes: ${sizesText(sizes)}`,
  ];
  if (masks > 0) {
    const named = classes.map((name, label) => `${name} ${share(shares[label]!)}`).join(", ");
    lines.push(`${pluralText(masks, "mask")} looked at: ${named}; left out ${share(ignored)}`);
  }
  lines.push(...warnings.map((warning) => `note: ${warning}`));
  return {
    images: sizes.length,
    masks,
    sizes,
    classShares: shares,
    ignoredShare: ignored,
    labeledShare: labeledShareOf(dataset, looked),
    warnings,
    text: lines.join("\n"),
  };
}
