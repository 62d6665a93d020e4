import { html } from "../html.ts";
import { lineChart } from "../line_chart.ts";
import { lossCurve, lossNames, miouCurve, smoothCurve, smoothingSpan, trainCurve } from "../curves.ts";
import { durationText, numberText, percentText, tickDigits } from "../number_text.ts";
import type { CurvePoint } from "../curves.ts";
import type { Html } from "../html.ts";
import type { RunRecord } from "../run_record.ts";

/** What each loss is, by the name it has in the rows. */
const LOSS_TEXTS: Readonly<Record<string, string>> = {
  total: "all together",
  ce: "cross entropy of the labeled pictures",
  mix: "labeled part of the mixed pictures",
  usup: "unlabeled, before its weight ω",
  cla: "classes of the whole picture",
  dec: "labeled pairs, taken apart",
};

/** Mean IoU, losses, learning rate, ω and time over the iterations. */
export function curveSection(record: RunRecord): Html | undefined {
  const charts = [miouChart(record), ...lossCharts(record), ...settingCharts(record)].filter((chart) =>
    chart !== undefined
  );
  if (charts.length === 0) return undefined;
  return html`
    <section id="curves">
      <h2>Curves</h2>
      <p class="note">${smoothingNote(record)}</p>
      <div class="charts">${charts}</div>
    </section>
  `;
}

function smoothingNote({ metrics }: RunRecord): string {
  const rows = metrics.filter((row) => row.kind === "train").length;
  return `Over iterations. Losses: the thin line has every row, the strong one is an exponential moving average over about ${
    smoothingSpan(rows)
  } rows.`;
}

function miouChart(record: RunRecord): Html | undefined {
  const points = miouCurve(record.metrics);
  if (points.length === 0) return undefined;
  const svg = lineChart({
    id: "chart-miou",
    title: "Mean IoU over iterations",
    description: describe(points, percentText),
    series: [{ name: "mean IoU", points, color: 0, marks: true }],
    lastIteration: record.iterations,
    range: [0, Math.max(...points.map((point) => point[1]))],
    valueText: (value, step = 0.01) => percentText(value, tickDigits(step)),
  });
  return chartFigure("Mean IoU", "during training", svg);
}

function lossCharts(record: RunRecord): Html[] {
  return lossNames(record.metrics).map((name, index) => {
    const points = lossCurve(record.metrics, name);
    const smooth = smoothCurve(points);
    const svg = lineChart({
      id: `chart-loss-${index}`,
      title: `Loss ${name} over iterations`,
      description: `Smoothed: ${describe(smooth, numberText)}`,
      series: [{ name, points, color: 1, faint: true }, { name, points: smooth, color: 1 }],
      lastIteration: record.iterations,
      valueText: numberText,
    });
    return chartFigure(`Loss: ${name}`, LOSS_TEXTS[name] ?? "", svg);
  });
}

function settingCharts(record: RunRecord): (Html | undefined)[] {
  const { metrics } = record;
  return [
    settingChart(record, "rate", "Learning rate", trainCurve(metrics, (row) => row.learningRate), numberText),
    settingChart(record, "weight", "Weight ω", trainCurve(metrics, (row) => row.weight), numberText),
    settingChart(
      record,
      "seconds",
      "Time of an iteration",
      trainCurve(metrics, (row) => row.secondsPerIteration),
      durationText,
    ),
  ];
}

function settingChart(
  record: RunRecord,
  id: string,
  name: string,
  points: readonly CurvePoint[],
  valueText: (value: number) => string,
): Html | undefined {
  if (points.length === 0) return undefined;
  const svg = lineChart({
    id: `chart-${id}`,
    title: `${name} over iterations`,
    description: describe(points, valueText),
    series: [{ name, points, color: 2 }],
    lastIteration: record.iterations,
    range: [0, Math.max(...points.map((point) => point[1])) || 1],
    valueText,
  });
  return chartFigure(name, "", svg);
}

/** A curve in a sentence. */
export function describe(points: readonly CurvePoint[], valueText: (value: number) => string): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return "No values.";
  const values = points.map((point) => point[1]);
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  return `From ${valueText(first[1])} at iteration ${first[0]} to ${valueText(last[1])} at iteration ${
    last[0]
  }; ` +
    `lowest ${valueText(low)}, highest ${valueText(high)}.`;
}

/** A chart under its name. */
export function chartFigure(name: string, note: string, svg: Html): Html {
  return html`
    <figure>
      <figcaption>${name} ${note === "" ? undefined : html`<span>${note}</span>`}</figcaption>
      ${svg}
    </figure>
  `;
}
