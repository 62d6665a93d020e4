/** Line charts as SVG, coloured by the page's style (light and dark). */
// @ts-types="npm:@types/d3-scale@4.0.9"
import { type ScaleLinear, scaleLinear } from "d3-scale";
// @ts-types="npm:@types/d3-shape@3.1.7"
import { line } from "d3-shape";
import { html } from "./html.ts";
import { drawnRange, thinCurve } from "./curves.ts";
import type { CurvePoint } from "./curves.ts";
import type { Html } from "./html.ts";

/** A curve of a chart. */
export interface ChartSeries {
  /** Name, for the mark's tooltip. */
  readonly name: string;
  /** Points in order of the iteration. */
  readonly points: readonly CurvePoint[];
  /** Number of the series colour, from 0; the page has eight. */
  readonly color: number;
  /** Drawn thin and pale, behind the others. */
  readonly faint?: boolean;
  /** A mark at each point, with its value as tooltip. */
  readonly marks?: boolean;
}

/** What a chart shows and how. */
export interface ChartOptions {
  /** Unique in the page; letters, digits and hyphens. */
  readonly id: string;
  /** What the chart shows. */
  readonly title: string;
  /** The same in a sentence with numbers, for those who do not see it. */
  readonly description: string;
  /** The curves. */
  readonly series: readonly ChartSeries[];
  /** Last iteration of the axis; that of the longest curve where left out. */
  readonly lastIteration?: number;
  /** Lowest and highest value; `drawnRange` of all values where left out. */
  readonly range?: readonly [number, number];
  /** Text of a value, at the axis and in tooltips. @param step Between two ticks of the axis; missing in tooltips */
  readonly valueText: (value: number, step?: number) => string;
  /** Size of the drawing in its own units, in which axis texts are 11.5 high; 360 by 200 where left out. */
  readonly size?: { readonly width: number; readonly height: number };
}

const DEFAULT_SIZE = { width: 360, height: 200 };
/** Where the drawing area begins. */
const LEFT = 46;

const TOP = 10;
/** Space at its right, for half of the last iteration's text. */
const RIGHT_SPACE = 20;
/** Space under the drawing area, for the iterations. */
const BOTTOM_SPACE = 26;

interface Axes {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
  /** Right end of the drawing area. */
  readonly right: number;
  /** Its lower end, where the axis of iterations lies. */
  readonly base: number;
}

/** A chart as an SVG element with title and description; it fills the width of its container. */
export function lineChart(options: ChartOptions): Html {
  const axes = axesOf(options);
  const { id, title, description, series } = options;
  const ordered = [...series].sort((a, b) => Number(b.faint ?? false) - Number(a.faint ?? false));
  const { width, height } = options.size ?? DEFAULT_SIZE;
  const viewBox = `0 0 ${width} ${height}`;
  const clipped = { width: axes.right - LEFT + 5, height: axes.base - TOP + 6 };
  return html`
    <svg class="chart" viewBox="${viewBox}" role="img" aria-labelledby="${id}-t ${id}-d">
      <title id="${id}-t">${title}</title>
      <desc id="${id}-d">${description}</desc>
      <clipPath id="${id}-c">
        <rect x="${LEFT}" y="${TOP - 3}" width="${clipped.width}" height="${clipped.height}" />
      </clipPath>
      ${valueAxis(axes, options)} ${iterationAxis(axes)}
      <g clip-path="url(#${id}-c)">${ordered.map((one) => curve(one, axes))}</g>
      ${series.filter((one) => one.marks).map((one) => marks(one, axes, options))}
    </svg>
  `;
}

function axesOf(options: ChartOptions): Axes {
  const { width, height } = options.size ?? DEFAULT_SIZE;
  const right = width - RIGHT_SPACE;
  const base = height - BOTTOM_SPACE;
  const points = options.series.flatMap((series) => series.points);
  const last = options.lastIteration ?? points.reduce((highest, point) => Math.max(highest, point[0]), 1);
  const range = options.range ?? drawnRange(points.map((point) => point[1]));
  return {
    x: scaleLinear().domain([0, last]).range([LEFT, right]),
    y: scaleLinear().domain([...range]).nice(4).range([base, TOP]),
    right,
    base,
  };
}

function valueAxis({ y, right }: Axes, options: ChartOptions): Html {
  const values = y.ticks(4);
  const step = values[1]! - values[0]!;
  const ticks = values.map((value) => {
    const level = rounded(y(value));
    return html`
      <line class="grid" x1="${LEFT}" x2="${right}" y1="${level}" y2="${level}" />
      <text class="tick" x="${LEFT - 8}" y="${level}" dy="4" text-anchor="end">${options.valueText(
        value,
        step,
      )}</text>
    `;
  });
  return html`${ticks}`;
}

function iterationAxis({ x, base, right }: Axes): Html {
  const ticks = x.ticks(5).filter(Number.isInteger).map((iteration) => {
    const text = iteration >= 10_000 ? `${iteration / 1000}k` : String(iteration);
    const left = rounded(x(iteration));
    return html`<text class="tick" x="${left}" y="${base + 17}" text-anchor="middle">${text}</text>`;
  });
  return html`<line class="base" x1="${LEFT}" x2="${right}" y1="${base}" y2="${base}" />${ticks}`;
}

function curve(series: ChartSeries, { x, y }: Axes): Html {
  const path = line<CurvePoint>().x((point) => rounded(x(point[0]))).y((point) => rounded(y(point[1])));
  const classes = `curve s${series.color}${series.faint ? " faint" : ""}`;
  return html`<path class="${classes}" d="${path(thinCurve(series.points)) ?? ""}" />`;
}

function marks(series: ChartSeries, { x, y }: Axes, options: ChartOptions): Html {
  const circles = series.points.map(([iteration, value]) => {
    const text = `${series.name}: ${options.valueText(value)} at iteration ${iteration}`;
    const [left, level] = [rounded(x(iteration)), rounded(y(value))];
    return html`
      <circle class="mark s${series.color}" cx="${left}" cy="${level}" r="3">
        <title>${text}</title>
      </circle>
    `;
  });
  return html`${circles}`;
}

/** A coordinate with one digit behind the point. */
function rounded(position: number): number {
  return Math.round(position * 10) / 10;
}
