/** mIoU over the number of labels as SVG: a line a recipe, the spread of its seeds as a band. */
// @ts-types="npm:@types/d3-scale@4.0.9"
import { type ScaleLinear, scaleLinear, scaleLog } from "d3-scale";
// @ts-types="npm:@types/d3-shape@3.1.7"
import { area, line } from "d3-shape";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { spreadText } from "../comparison_table.ts";
import { percentText, tickDigits } from "../number_text.ts";
import { allLabels, type TrialGroup } from "./compare_trials.ts";
import type { ComparisonRecord } from "./comparison_record.ts";
import { variantColor } from "./variant_key.ts";

const SIZE = { width: 560, height: 330 };
const LEFT = 46;
const RIGHT = SIZE.width - 22;
const TOP = 12;
const BASE = SIZE.height - 44;
/** Between the outermost points and the ends of the axis. */
const INSET = 34;

interface Axes {
  readonly x: (labels: number) => number;
  readonly y: ScaleLinear<number, number>;
}

/** Lowest and highest end of a group's spread. */
function endsOf({ miou: { mean, deviation = 0 } }: TrialGroup): [number, number] {
  return [mean - deviation, mean + deviation];
}

function axesOf(record: ComparisonRecord, groups: readonly TrialGroup[]): Axes {
  const counts = record.labels.map(({ count }) => count);
  const x = scaleLog().domain([Math.min(...counts), Math.max(...counts)]).range([
    LEFT + INSET,
    RIGHT - INSET,
  ]);
  const ends = groups.flatMap(endsOf);
  const [low, high] = [Math.max(0, Math.min(...ends)), Math.max(...ends)];
  const space = Math.max((high - low) * 0.08, 0.01);
  return {
    x: (labels) => counts.length === 1 ? (LEFT + RIGHT) / 2 : x(labels),
    y: scaleLinear().domain([Math.max(0, low - space), high + space]).nice(5).range([BASE, TOP]),
  };
}

/** The chart with title and description; it fills the width of its container. */
export function labelChart(record: ComparisonRecord, groups: readonly TrialGroup[]): Html {
  const axes = axesOf(record, groups);
  const series = record.variants.map(({ label }) => groups.filter(({ variant }) => variant === label));
  return html`
    <svg class="chart" viewBox="0 0 ${SIZE.width} ${SIZE
      .height}" role="img" aria-labelledby="labels-t labels-d">
      <title id="labels-t">Mean IoU over the number of labeled images</title>
      <desc id="labels-d">${groups.map(describe).join(" ")}</desc>
      ${valueAxis(axes)} ${labelAxis(record, axes)} ${guide(record, groups, axes)}
      ${series.map((points, index) => band(points, index, axes))}
      ${series.map((points, index) => curve(points, index, axes))}
    </svg>
  `;
}

function describe(group: TrialGroup): string {
  return `${group.variant} with ${group.labels} labels: ${spreadText(group.miou)} %.`;
}

function valueAxis({ y }: Axes): Html {
  const values = y.ticks(5);
  const digits = tickDigits(values[1]! - values[0]!);
  const ticks = values.map((value) => {
    const level = rounded(y(value));
    return html`
      <line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${level}" y2="${level}" />
      <text class="tick" x="${LEFT - 8}" y="${level}" dy="4" text-anchor="end">${percentText(
        value,
        digits,
      )}</text>
    `;
  });
  return html`${ticks}`;
}

function labelAxis({ labels }: ComparisonRecord, { x }: Axes): Html {
  const ticks = labels.map(({ text, count }) => {
    const left = rounded(x(count));
    const name = text === "all" ? `all ${count}` : String(count);
    return html`
      <line class="base" x1="${left}" x2="${left}" y1="${BASE}" y2="${BASE + 4}" />
      <text class="tick" x="${left}" y="${BASE + 17}" text-anchor="middle">${name}</text>
    `;
  });
  const middle = (LEFT + RIGHT) / 2;
  return html`
    <line class="base" x1="${LEFT}" x2="${RIGHT}" y1="${BASE}" y2="${BASE}" />${ticks}
    <text class="tick" x="${middle}" y="${BASE + 36}" text-anchor="middle">labeled images</text>
  `;
}

/** The level of the baseline with all labels, which the others are to come near. */
function guide(record: ComparisonRecord, groups: readonly TrialGroup[], { y }: Axes): Html | undefined {
  const most = allLabels(record);
  const top = groups.find(({ variant, labels }) => variant === record.variants[0]?.label && labels === most);
  if (top === undefined || record.labels.length === 1) return undefined;
  const level = rounded(y(top.miou.mean));
  return html`<line class="guide" x1="${LEFT}" x2="${RIGHT}" y1="${level}" y2="${level}" />`;
}

function band(points: readonly TrialGroup[], index: number, { x, y }: Axes): Html | undefined {
  if (points.length < 2) return undefined;
  const shape = area<TrialGroup>().x(({ labels }) => rounded(x(labels)))
    .y0((group) => rounded(y(endsOf(group)[0]))).y1((group) => rounded(y(endsOf(group)[1])));
  return html`<path class="band ${variantColor(index)}" d="${shape(points) ?? ""}" />`;
}

function curve(points: readonly TrialGroup[], index: number, { x, y }: Axes): Html {
  const color = variantColor(index);
  const path = line<TrialGroup>().x(({ labels }) => rounded(x(labels))).y(({ miou }) =>
    rounded(y(miou.mean))
  );
  const marks = points.map((group) => {
    const [left, level] = [rounded(x(group.labels)), rounded(y(group.miou.mean))];
    const [low, high] = endsOf(group).map((end) => rounded(y(end)));
    return html`
      ${points.length > 1
        ? undefined
        : html`<line class="whisker ${color}" x1="${left}" x2="${left}" y1="${low}" y2="${high}" />`}
      <circle class="mark ${color}" cx="${left}" cy="${level}" r="4">
        <title>${describe(group)}</title>
      </circle>
    `;
  });
  return html`<path class="curve ${color}" d="${path(points) ?? ""}" />${marks}`;
}

/** A coordinate with one digit behind the point. */
function rounded(position: number): number {
  return Math.round(position * 10) / 10;
}
