/** Charts and tables of shares, for the diagnosis of pseudo-masks. */
import { diagnosisCurve } from "../curves.ts";
import { html } from "../html.ts";
import { lineChart } from "../line_chart.ts";
import { percentText, pointsText, tickDigits } from "../number_text.ts";
import { chartFigure, describe } from "./curve_section.ts";
import type { Html } from "../html.ts";
import type { DiagnosisRow, RunRecord } from "../run_record.ts";

/** A curve of a chart: a share from 0 to 1 in the rows of a diagnosis. */
export interface ShareSeries {
  /** Its name. */
  readonly name: string;
  /** Number of its colour. */
  readonly color: number;
  /** The share in a row, if it has one. */
  readonly pick: (row: DiagnosisRow) => number | null | undefined;
}

/** What a chart says besides its curves. */
export interface ShareChartTexts {
  /** Unique in the page. */
  readonly id: string;
  /** The measure's name. */
  readonly title: string;
  /** Of what. */
  readonly note: string;
}

/** Curves of shares over the iterations, from 0. */
export function shareChart(
  record: RunRecord,
  { id, title, note }: ShareChartTexts,
  series: readonly ShareSeries[],
): Html {
  const drawn = series.map(({ name, color, pick }) => {
    return { name, color, points: diagnosisCurve(record.metrics, pick), marks: true };
  });
  const svg = lineChart({
    id,
    title: `${title} ${note}, over iterations`,
    description: drawn.map(({ name, points }) => `${name}: ${describe(points, percentText)}`).join(" "),
    series: drawn,
    lastIteration: record.iterations,
    range: [0, Math.max(...drawn.flatMap(({ points }) => points.map(([, share]) => share)), 0.01)],
    valueText: (value, step = 0.01) => percentText(value, tickDigits(step)),
  });
  return chartFigure(title, note, svg);
}

/** Which colour is which curve. */
export function seriesLegend(
  label: string,
  series: readonly Pick<ShareSeries, "name" | "color">[],
): Html {
  const keys = series.map(({ name, color }) => html`<li><span class="key s${color}"></span>${name}</li>`);
  return html`<ul class="legend" aria-label="${label}">${keys}</ul>`;
}

/** A row of a table: its name, and shares from 0 to 1, `null` for none. */
export type ShareRow = readonly [string, ...(number | null)[]];

/**
 * A table of shares in percent.
 * @param heads One for each column, that of the names first
 */
export function shareTable(caption: string, heads: readonly string[], rows: readonly ShareRow[]): Html {
  const headCells = heads.map((head, i) =>
    html`<th scope="col" class="${i === 0 ? "" : "number"}">${head}</th>`
  );
  const lines = rows.map(([name, ...shares]) =>
    html`
      <tr>
        <th scope="row">${name}</th>
        ${shares.map((share) => html`<td class="number">${pointsText(share ?? undefined)}</td>`)}
      </tr>
    `
  );
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="${caption}">
      <table>
        <caption>${caption}</caption>
        <thead>
          <tr>${headCells}</tr>
        </thead>
        <tbody>${lines}</tbody>
      </table>
    </div>
  `;
}
