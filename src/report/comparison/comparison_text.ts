/** A comparison for a terminal and for tables of numbers. */
import { alignColumns, spreadText } from "../comparison_table.ts";
import { bytesText, differenceText, durationText, numberText, pointsText } from "../number_text.ts";
import type { ComparisonRecord, TrialRecord } from "./comparison_record.ts";
import type { TrialGroup } from "./compare_trials.ts";
import type { Estimate } from "./paired_statistics.ts";

/** Ends of the 95 % interval as signed points, `+0.3 to +4.7`; a dash for one seed. */
export function intervalText(estimate: Estimate | undefined): string {
  const interval = estimate?.interval;
  return interval === undefined
    ? pointsText(undefined)
    : interval.map((end) => differenceText(end)).join(" to ");
}

/** A share of the gap in percent with its spread, `31 ± 12`; a dash where there is none. */
export function gapText(share: Estimate | undefined): string {
  if (share === undefined) return pointsText(undefined);
  const mean = pointsText(share.mean, 0);
  return share.deviation === undefined ? mean : `${mean} ± ${pointsText(share.deviation, 0)}`;
}

const HEAD = [
  "labels",
  "recipe",
  "runs",
  "mIoU %",
  "difference",
  "95 %",
  "gap closed %",
  "an iteration",
  "memory",
];

/** A row for each recipe and number of labels, those of the baseline first; nothing without a finished run. */
export function comparisonText(
  { variants, labels }: ComparisonRecord,
  groups: readonly TrialGroup[],
): string {
  if (groups.length === 0) return "";
  const named = (count: number) =>
    labels.find((one) => one.count === count)?.text === "all" ? `all ${count}` : `${count}`;
  const rows = groups.map((group) => [
    named(group.labels),
    group.variant,
    `${group.trials.length}`,
    spreadText(group.miou),
    group.variant === variants[0]?.label ? "" : differenceText(group.difference?.mean),
    group.variant === variants[0]?.label ? "" : intervalText(group.difference),
    group.gapShare === undefined ? "" : gapText(group.gapShare),
    group.secondsPerIteration === undefined ? "" : durationText(group.secondsPerIteration),
    group.memoryBytes === undefined ? "" : bytesText(group.memoryBytes),
  ]);
  return alignColumns(withoutEmptyColumns([HEAD, ...rows]), 2);
}

function withoutEmptyColumns(rows: readonly (readonly string[])[]): string[][] {
  const kept = rows[0]!.map((_, column) => rows.slice(1).some((row) => row[column] !== ""));
  return rows.map((row) => row.filter((_, column) => kept[column]));
}

/** A field as RFC 4180 writes it. */
function csvField(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A row a finished run, with shares from 0 to 1; empty where a number does not exist. */
export function comparisonCsv({ trials, dataset }: ComparisonRecord): string {
  const head = ["recipe", "labels", "seed", "iteration", "miou", "accuracy", ...MEASURED, "folder"];
  const classes = dataset.classes.map((name) => `iou ${name}`);
  const rowOf = (trial: TrialRecord) => [
    trial.variant,
    trial.labels,
    trial.seed,
    trial.iteration,
    trial.miou,
    trial.accuracy,
    ...MEASURED.map((name) => trial[name]),
    trial.folder,
    ...classes.map((_, k) => trial.perClass[k] ?? null),
  ];
  return [[...head, ...classes], ...trials.map(rowOf)].map((row) => `${row.map(csvField).join(",")}\r\n`)
    .join("");
}

const MEASURED = ["secondsPerIteration", "trainingSeconds", "memoryBytes"] as const;

/** Everything but the pictures, and the groups, for other programs. */
export function comparisonJson(
  { pictures: _, ...record }: ComparisonRecord,
  groups: readonly TrialGroup[],
  doubts: readonly string[],
): string {
  const named = groups.map(({ trials, perClass, ...group }) => ({
    ...group,
    seeds: trials.map(({ seed }) => seed),
    perClass: Object.fromEntries(record.dataset.classes.map((name, k) => [name, perClass[k] ?? null])),
  }));
  return `${JSON.stringify({ ...record, groups: named, doubts }, null, 1)}\n`;
}

/** Times and memory in a sentence's words, for a page. */
export function costText({ secondsPerIteration, trainingSeconds, memoryBytes }: TrialGroup): string[] {
  return [
    secondsPerIteration === undefined ? "–" : numberText(secondsPerIteration),
    trainingSeconds === undefined ? "–" : durationText(trainingSeconds),
    memoryBytes === undefined ? "–" : bytesText(memoryBytes),
  ];
}
