import { difference, groupRuns, spreadText } from "../comparison_table.ts";
import { html } from "../html.ts";
import { lineChart } from "../line_chart.ts";
import { miouCurve } from "../curves.ts";
import { differenceText, percentText, tickDigits } from "../number_text.ts";
import { chartFigure, describe } from "./curve_section.ts";
import type { MeasureSpread, RunGroup } from "../comparison_table.ts";
import type { Html } from "../html.ts";
import type { ComparedRun, RunRecord } from "../run_record.ts";

/** Number of series colours in the page's style. */
const COLORS = 8;
/** Up to this many classes a table of two groups stands beside the curves. */
const MOST_CLASSES_BESIDE = 24;

/** This run beside others: measures, differences by class, both curves. */
export function comparisonSection(record: RunRecord): Html | undefined {
  if (record.comparison === undefined || record.comparison.length === 0) return undefined;
  const groups = groupRuns([...record.comparison, comparedRun(record)]);
  const isWide = groups.length > 2 || record.dataset.classes.length > MOST_CLASSES_BESIDE;
  return html`
    <section id="comparison">
      <h2>Comparison</h2>
      <p class="note">${spreadNote(groups)}</p>
      <div class="beside${isWide ? " stacked" : ""}">${comparisonCurves(
        groups,
        record.iterations,
      )} ${measureTable(groups)}</div>
    </section>
  `;
}

/** The run as others see it in a comparison. */
export function comparedRun(record: RunRecord): ComparedRun {
  const { name, recipe, seed, metrics, evaluation } = record;
  return { name, group: recipe, seed, metrics, summary: evaluation?.summary };
}

function spreadNote(groups: readonly RunGroup[]): string {
  const baseline = `Differences are in points, to ${groups[0]!.name}.`;
  return groups.every((group) => group.runs.length === 1)
    ? `${baseline} One run each: another seed can move every number.`
    : `${baseline} Mean ± sample standard deviation over the runs of a group.`;
}

function comparisonCurves(groups: readonly RunGroup[], lastIteration: number): Html | undefined {
  const series = groups.flatMap((group, index) =>
    group.runs.map((run) => ({
      name: run.name,
      points: miouCurve(run.metrics),
      color: index % COLORS,
      marks: true,
    }))
  ).filter((one) => one.points.length > 0);
  if (series.length === 0) return undefined;
  const svg = lineChart({
    id: "chart-comparison",
    title: "Mean IoU of the compared runs over iterations",
    description: series.map((one) => `${one.name}: ${describe(one.points, percentText)}`).join(" "),
    series,
    lastIteration,
    range: [0, Math.max(...series.flatMap((one) => one.points.map((point) => point[1])))],
    valueText: (value, step = 0.01) => percentText(value, tickDigits(step)),
    size: { width: 500, height: 310 },
  });
  const keys = groups.map((group, index) =>
    html`<li><span class="key s${index % COLORS}"></span>${group.name}</li>`
  );
  return html`
    <div>${chartFigure("Mean IoU", "during training", svg)}<ul class="legend">${keys}</ul></div>
  `;
}

function measureTable(groups: readonly RunGroup[]): Html {
  const [baseline, ...others] = groups as [RunGroup, ...RunGroup[]];
  const classes = [...new Set(groups.flatMap((group) => [...group.perClass.keys()]))];
  const row = (name: string, pick: (group: RunGroup) => MeasureSpread | undefined, strong: boolean) =>
    html`
      <tr class="${strong ? "strong" : ""}">
        <th scope="row">${name}</th>
        ${groups.map((group) => html`<td class="number">${spreadText(pick(group))}</td>`)}
        ${others.map((group) => differenceCell(difference(pick(group), pick(baseline))))}
      </tr>
    `;
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Measures of the compared runs">
      <table>
        <caption>Final measures in percent.</caption>
        <thead>
          <tr>
          <th scope="col">Measure</th>
          ${groups.map((group) => html`<th scope="col" class="number">${group.name}${runCount(group)}</th>`)}
          ${others.map((group) => html`<th scope="col" class="number">${group.name} − ${baseline.name}</th>`)}
        </tr>
        </thead>
        <tbody>
          ${row("Mean IoU", (group) => group.miou, true)} ${row(
            "Pixel accuracy",
            (group) => group.accuracy,
            true,
          )}
          ${classes.map((name) => row(name, (group) => group.perClass.get(name), false))}
        </tbody>
      </table>
    </div>
  `;
}

function runCount(group: RunGroup): string {
  return group.runs.length === 1 ? "" : ` (${group.runs.length}\u00a0runs)`;
}

function differenceCell(share: number | undefined): Html {
  const direction = share === undefined || Math.abs(share) < 0.0005 ? "" : share > 0 ? " up" : " down";
  return html`<td class="number${direction}">${differenceText(share)}</td>`;
}
