/** Several runs in one table: mean and spread of the runs that repeat each other. */
import { differenceText, pointsText } from "./number_text.ts";
import type { ComparedRun } from "./run_record.ts";

/** A measure over repeated runs. Shares from 0 to 1. */
export interface MeasureSpread {
  /** Runs that have the measure. */
  readonly count: number;
  /** Their mean. */
  readonly mean: number;
  /** Sample standard deviation (n − 1); `undefined` for one run. */
  readonly deviation?: number;
}

/** Repeated runs: same recipe and options, different seeds. */
export interface RunGroup {
  /** The group's name. */
  readonly name: string;
  /** Its runs, those without a final evaluation too. */
  readonly runs: readonly ComparedRun[];
  /** Mean IoU. */
  readonly miou?: MeasureSpread;
  /** Share of right pixels. */
  readonly accuracy?: MeasureSpread;
  /** IoU by class name. */
  readonly perClass: ReadonlyMap<string, MeasureSpread>;
}

/** The runs by group, both in the order given. */
export function groupRuns(runs: readonly ComparedRun[]): RunGroup[] {
  const names = [...new Set(runs.map((run) => run.group))];
  return names.map((name) => groupOf(name, runs.filter((run) => run.group === name)));
}

function groupOf(name: string, runs: readonly ComparedRun[]): RunGroup {
  const summaries = runs.flatMap((run) => run.summary === undefined ? [] : [run.summary]);
  const classes = [...new Set(summaries.flatMap((summary) => summary.perClass.map((result) => result.name)))];
  const perClass = classes.flatMap((className): [string, MeasureSpread][] => {
    const results = summaries.flatMap((summary) => summary.perClass.filter((r) => r.name === className));
    const spread = measureSpread(results.flatMap((result) => result.iou === undefined ? [] : [result.iou]));
    return spread === undefined ? [] : [[className, spread]];
  });
  return {
    name,
    runs,
    miou: measureSpread(summaries.map((summary) => summary.miou)),
    accuracy: measureSpread(summaries.map((summary) => summary.accuracy)),
    perClass: new Map(perClass),
  };
}

/** Mean and sample standard deviation; `undefined` for no values. */
export function measureSpread(values: readonly number[]): MeasureSpread | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { count, mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, deviation: Math.sqrt(squares / (count - 1)) };
}

/** Mean and deviation in points, `45.7 ± 0.8`; without the deviation for one run; a dash for none. */
export function spreadText(spread: MeasureSpread | undefined): string {
  if (spread === undefined) return pointsText(undefined);
  const mean = pointsText(spread.mean);
  return spread.deviation === undefined ? mean : `${mean} ± ${pointsText(spread.deviation)}`;
}

/**
 * The runs as a table for a terminal: a row for mIoU, accuracy and each class, a column for each group, then the
 * differences to the first group. All numbers in percent.
 * @param runs With their final measures; the first group is the baseline
 */
export function comparisonTable(runs: readonly ComparedRun[]): string {
  const groups = groupRuns(runs);
  const [baseline, ...others] = groups;
  if (baseline === undefined) return "";
  const head = [
    "",
    ...groups.map((group) => group.name),
    ...others.map((group) => `${group.name} − ${baseline.name}`),
  ];
  const row = (name: string, pick: (group: RunGroup) => MeasureSpread | undefined) => [
    name,
    ...groups.map((group) => spreadText(pick(group))),
    ...others.map((group) => differenceText(difference(pick(group), pick(baseline)))),
  ];
  const classes = [...new Set(groups.flatMap((group) => [...group.perClass.keys()]))];
  const lines = [
    ["runs", ...groups.map((group) => String(group.miou?.count ?? 0)), ...others.map(() => "")],
    row("mIoU", (group) => group.miou),
    row("accuracy", (group) => group.accuracy),
    ...classes.map((name) => row(`IoU ${name}`, (group) => group.perClass.get(name))),
  ];
  return alignColumns([head, ...lines]);
}

/** Difference of two means; `undefined` where one is missing. */
export function difference(a: MeasureSpread | undefined, b: MeasureSpread | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a.mean - b.mean;
}

/** A table for a terminal: so many first columns to the left, the others to the right, a rule under the head. */
export function alignColumns(rows: readonly (readonly string[])[], left = 1): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...row[column]!].length)));
  const aligned = (cell: string, column: number) =>
    column < left ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  const lines = rows.map((row) => row.map(aligned).join("  ").trimEnd());
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}
