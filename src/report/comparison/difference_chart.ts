/** Differences to the baseline as SVG: a row for each recipe and number of labels, with its 95 % interval. */
// @ts-types="npm:@types/d3-scale@4.0.9"
import { type ScaleLinear, scaleLinear } from "d3-scale";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { differenceText, tickDigits } from "../number_text.ts";
import { chartFigure } from "../sections/curve_section.ts";
import type { TrialGroup } from "./compare_trials.ts";
import type { ComparisonRecord } from "./comparison_record.ts";
import { intervalText } from "./comparison_text.ts";
import type { Estimate } from "./paired_statistics.ts";
import { variantColor } from "./variant_key.ts";

const WIDTH = 560;
/** Where the drawing area begins: names of recipes stand left of it. */
const LEFT = 190;
const RIGHT = WIDTH - 16;
const ROW = 26;
const TOP = 8;
/** Intervals of two seeds may be very wide: the axis goes to so many times the largest difference. */
const MOST_TIMES = 4;

interface Row {
  readonly group: TrialGroup;
  readonly difference: Estimate;
}

/** The chart under its name; `undefined` where nothing is compared. */
export function differenceChart(record: ComparisonRecord, groups: readonly TrialGroup[]): Html | undefined {
  const rows = groups.flatMap((group) =>
    group.difference === undefined ? [] : [{ group, difference: group.difference }]
  );
  if (rows.length === 0) return undefined;
  const base = TOP + rows.length * ROW;
  const x = scaleLinear().domain(domainOf(rows)).nice(6).range([LEFT, RIGHT]);
  const isCut = rows.some(({ difference }) => cutEnds(difference, x).length > 0);
  const note = `line: 95 % interval${isCut ? "; an arrow: it goes on beyond the axis" : ""}`;
  const svg = html`
    <svg class="chart" viewBox="0 0 ${WIDTH} ${base + 44}" role="img"
      aria-labelledby="differences-t differences-d">
      <title id="differences-t">Differences of mean IoU to ${record.variants[0]!.label}, in points</title>
      <desc id="differences-d">${rows.map(describe).join(" ")}</desc>
      ${axis(x, base)}
      ${rows.map((row, i) => rowMarks(record, row, { x, level: TOP + (i + 0.5) * ROW }))}
    </svg>
  `;
  return chartFigure(`Difference to ${record.variants[0]!.label}`, note, svg);
}

/** Ends of the axis, 0 low and 1 high, that an interval goes beyond. */
function cutEnds({ interval }: Estimate, x: ScaleLinear<number, number>): number[] {
  const [low, high] = x.domain() as [number, number];
  return interval === undefined
    ? []
    : [interval[0] < low, interval[1] > high].flatMap((cut, end) => cut ? end : []);
}

function domainOf(rows: readonly Row[]): [number, number] {
  const means = rows.map(({ difference }) => difference.mean);
  const most = MOST_TIMES * Math.max(...means.map(Math.abs), 0.0025);
  const ends = rows.flatMap(({ difference }) => difference.interval ?? []);
  const all = [0, ...means, ...ends].map((end) => Math.max(-most, Math.min(most, end)));
  return [Math.min(...all), Math.max(...all)];
}

function describe({ group, difference }: Row): string {
  const interval = difference.interval === undefined ? "" : `, 95 % ${intervalText(difference)}`;
  return `${group.variant} with ${group.labels} labels: ${
    differenceText(difference.mean)
  } points${interval}.`;
}

function axis(x: ScaleLinear<number, number>, base: number): Html {
  const values = x.ticks(6);
  const digits = tickDigits(values[1]! - values[0]!);
  const ticks = values.map((value) => {
    const left = rounded(x(value));
    const kind = value === 0 ? "base" : "grid";
    return html`
      <line class="${kind}" x1="${left}" x2="${left}" y1="${TOP}" y2="${base}" />
      <text class="tick" x="${left}" y="${base + 17}" text-anchor="middle">${value === 0
        ? "0"
        : differenceText(value, digits)}</text>
    `;
  });
  const middle = (LEFT + RIGHT) / 2;
  return html`${ticks}<text class="tick" x="${middle}" y="${
    base + 36
  }" text-anchor="middle">points of mean IoU</text>`;
}

function rowMarks(
  { variants }: ComparisonRecord,
  row: Row,
  { x, level }: { readonly x: ScaleLinear<number, number>; readonly level: number },
): Html {
  const { group, difference } = row;
  const color = variantColor(variants.findIndex(({ label }) => label === group.variant));
  const [low, high] = (difference.interval ?? [difference.mean, difference.mean]).map((end) =>
    rounded(Math.max(LEFT, Math.min(RIGHT, x(end))))
  );
  return html`
    <text class="tick name" x="${LEFT - 14}" y="${level}" dy="4"
      text-anchor="end">${group.variant} · ${group.labels}</text>
    <line class="whisker ${color}" x1="${low}" x2="${high}" y1="${level}" y2="${level}" />
    ${cutEnds(difference, x).map((end) => arrow(end, level, color))}
    <circle class="mark ${color}" cx="${rounded(x(difference.mean))}" cy="${level}" r="4.5">
      <title>${describe(row)}</title>
    </circle>
  `;
}

/** The head of an arrow at an end of the axis: the interval does not end there. */
function arrow(end: number, level: number, color: string): Html {
  const [tip, back] = end === 0 ? [LEFT - 5, LEFT + 3] : [RIGHT + 5, RIGHT - 3];
  return html`
    <path class="whisker ${color}" fill="none"
      d="M${back},${level - 5}L${tip},${level}L${back},${level + 5}" />
  `;
}

/** A coordinate with one digit behind the point. */
function rounded(position: number): number {
  return Math.round(position * 10) / 10;
}
