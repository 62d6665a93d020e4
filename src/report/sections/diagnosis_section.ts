import { diagnosisCurve } from "../curves.ts";
import { html } from "../html.ts";
import { type ChartSeries, lineChart } from "../line_chart.ts";
import { percentText, pointsText } from "../number_text.ts";
import { chartFigure, describe } from "./curve_section.ts";
import { classLegend, pictureRow } from "./gallery.ts";
import type { Html } from "../html.ts";
import type { DiagnosisRow, RunRecord, SurePixelsRow } from "../run_record.ts";

/** A measure of the sure pixels of one level, or of all pixels. */
type Measure = "miou" | "accuracy" | "share";

/** Pseudo masks against true masks: curves, a table of the last comparison, pictures. */
export function diagnosisSection(record: RunRecord): Html | undefined {
  const last = record.metrics.findLast((row) => row.kind === "diagnosis");
  if (last === undefined) return undefined;
  const pictures = record.diagnosisPictures ?? [];
  const columns = Math.max(0, ...pictures.map((row) => row.pictures.length));
  return html`
    <section id="diagnosis">
      <h2>Pseudo-masks against true masks</h2>
      <p class="note">${introduction(last)}</p>
      <div class="charts">${charts(record, last)}</div>
      ${levelLegend(last)} ${levelTable(last)}
      ${pictures.length === 0 ? undefined : pictureNote(last)}
      ${pictures.length === 0 ? undefined : classLegend(record)}
      ${pictures.map((row) => pictureRow(row, columns))}
    </section>
  `;
}

function introduction({ images }: DiagnosisRow): string {
  return `A diagnosis that was asked for: the true masks of ${images} unlabeled photos, which training does not see, ` +
    "against what the network says of the whole photos. A pixel is sure above a level when the probability of its " +
    "class is. A mean over sure pixels counts the classes that are among them, few at first.";
}

function pictureNote({ sure }: DiagnosisRow): Html {
  return html`
    <p class="note spaced">Light grey: in the last column a probability of ${sure.at(-1)?.above ??
      0} or less, in
      the others left out of the measures.</p>
  `;
}

/** All pixels as level 0. */
function levelsOf(row: DiagnosisRow): SurePixelsRow[] {
  return [{ above: 0, share: 1, miou: row.miou, accuracy: row.accuracy }, ...row.sure];
}

function nameOf(above: number): string {
  return above === 0 ? "all pixels" : `above ${above}`;
}

function charts(record: RunRecord, last: DiagnosisRow): Html[] {
  return [
    measureChart(record, last, "miou", "Mean IoU"),
    measureChart(record, last, "accuracy", "Accuracy"),
    measureChart(record, last, "share", "Share of pixels"),
  ];
}

function measureChart(record: RunRecord, last: DiagnosisRow, measure: Measure, title: string): Html {
  const shown = levelsOf(last).filter(({ above }) => measure !== "share" || above > 0);
  const series = shown.map(({ above }): ChartSeries => {
    const pick = (row: DiagnosisRow) => levelsOf(row).find((level) => level.above === above)?.[measure];
    const color = levelsOf(last).findIndex((level) => level.above === above);
    return { name: nameOf(above), points: diagnosisCurve(record.metrics, pick), color, marks: true };
  });
  const svg = lineChart({
    id: `chart-pseudo-${measure}`,
    title: `${title} of pseudo-masks over iterations`,
    description: series.map(({ name, points }) => `${name}: ${describe(points, percentText)}`).join(" "),
    series,
    lastIteration: record.iterations,
    range: [0, 1],
    valueText: (value) => percentText(value, 0),
  });
  return chartFigure(title, measure === "share" ? "that are sure" : "of pseudo-masks", svg);
}

function levelLegend(last: DiagnosisRow): Html {
  const keys = levelsOf(last).map(({ above }, i) =>
    html`<li><span class="key s${i}"></span>${nameOf(above)}</li>`
  );
  return html`<ul class="legend" aria-label="Levels of the curves">${keys}</ul>`;
}

function levelTable(last: DiagnosisRow): Html {
  const rows = levelsOf(last).map(({ above, share, miou, accuracy }) =>
    html`
      <tr>
        <th scope="row">${nameOf(above)}</th>
        <td class="number">${pointsText(share)}</td>
        <td class="number">${pointsText(miou ?? undefined)}</td>
        <td class="number">${pointsText(accuracy ?? undefined)}</td>
      </tr>
    `
  );
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Pseudo-masks by probability">
      <table>
        <caption>Iteration ${last.iteration}, ${last.images} photos. A dash: no such pixel.</caption>
        <thead>
          <tr>
            <th scope="col">Probability</th>
            <th scope="col" class="number">Share of pixels %</th>
            <th scope="col" class="number">Mean IoU %</th>
            <th scope="col" class="number">Accuracy %</th>
          </tr>
        </thead>
        <tbody>${rows}</tbody>
      </table>
    </div>
  `;
}
