import { html } from "../html.ts";
import { seriesLegend, shareChart, type ShareRow, type ShareSeries, shareTable } from "./diagnosis_parts.ts";
import { classLegend, pictureRow } from "./gallery.ts";
import type { Html } from "../html.ts";
import type { DiagnosisRow, PictureRow, RunRecord, SurePixelsRow } from "../run_record.ts";

/** The two predictions of a training step, with their colours. */
const STEP_SIDES = [
  { side: "plain", name: "plain, M_u", color: 5 },
  { side: "decoupled", name: "decoupled, M_u-dec", color: 6 },
] as const;

/** Pseudo masks against true masks: by probability, in training steps, pictures. */
export function diagnosisSection(record: RunRecord): Html | undefined {
  const last = record.metrics.findLast((row) => row.kind === "diagnosis");
  if (last === undefined) return undefined;
  return html`
    <section id="diagnosis">
      <h2>Pseudo-masks against true masks</h2>
      <p class="note">${introduction(last)}</p>
      ${levelPart(record, last)} ${stepPart(record, last)} ${pictures(record, last)}
    </section>
  `;
}

function introduction({ images }: DiagnosisRow): string {
  return `A diagnosis that was asked for: the true masks of ${images} unlabeled photos, which training does not see.`;
}

/** All pixels as level 0. */
function levelsOf(row: DiagnosisRow): SurePixelsRow[] {
  return [{ above: 0, share: 1, miou: row.miou, accuracy: row.accuracy }, ...row.sure];
}

function nameOf(above: number): string {
  return above === 0 ? "all pixels" : `above ${above}`;
}

/** What the network says of whole photos, by the probability of what it says. */
function levelPart(record: RunRecord, last: DiagnosisRow): Html {
  const levels = levelsOf(last);
  const series = (measure: "miou" | "accuracy" | "share") =>
    levels.map(({ above }, color): ShareSeries => {
      const pick = (row: DiagnosisRow) => levelsOf(row).find((level) => level.above === above)?.[measure];
      return { name: nameOf(above), color, pick };
    });
  const rows = levels.map(({ above, share, miou, accuracy }): ShareRow => [
    nameOf(above),
    share,
    miou,
    accuracy,
  ]);
  const chart = (id: string, title: string, measure: "miou" | "accuracy") =>
    shareChart(record, { id, title, note: "of whole photos" }, series(measure));
  const sharesTexts = { id: "chart-pseudo-share", title: "Share of pixels", note: "above each level" };
  const shareOfPixels = shareChart(record, sharesTexts, series("share").slice(1));
  return html`
    <h3>Whole photos, by probability</h3>
    <p
      class="note">A pixel is above a level when the probability of its class is. Means over such pixels count the
      classes that are among them, few at first.</p>
    <div class="charts">
      ${chart("chart-pseudo-miou", "Mean IoU", "miou")}
      ${chart("chart-pseudo-accuracy", "Accuracy", "accuracy")}
      ${shareOfPixels}
    </div>
    ${seriesLegend("Curves by probability", series("share"))} ${shareTable(
      `Iteration ${last.iteration}, ${last.images} photos. A dash: no such pixel.`,
      ["Probability", "Share of pixels %", "Mean IoU %", "Accuracy %"],
      rows,
    )}
  `;
}

/** The plain and the decoupled prediction of training steps; nothing where the recipe mixes no unlabeled photos. */
function stepPart(record: RunRecord, { iteration, step }: DiagnosisRow): Html | undefined {
  if (step === undefined) return undefined;
  const series = (measure: "miou" | "accuracy") =>
    STEP_SIDES.map(({ side, name, color }): ShareSeries => {
      return { name, color, pick: (row) => row.step?.[side][measure] };
    });
  const chart = (id: string, title: string, measure: "miou" | "accuracy") =>
    shareChart(record, { id, title, note: "in training steps" }, series(measure));
  return html`
    <h3>Crops in training steps</h3>
    <p
      class="note">The two predictions that the loss of unlabeled photos holds against each other, on augmented crops,
      with the batch's statistics and dropout.</p>
    <div class="charts">
      ${chart("chart-step-miou", "Mean IoU", "miou")} ${chart(
        "chart-step-accuracy",
        "Accuracy",
        "accuracy",
      )}
      ${shareTable(
        `Iteration ${iteration}, ${step.crops} crops.`,
        ["Prediction", "Mean IoU %", "Accuracy %"],
        STEP_SIDES.map(({ side, name }): ShareRow => [name, step[side].miou, step[side].accuracy]),
      )}
    </div>
    ${seriesLegend("Predictions", STEP_SIDES)}
  `;
}

function pictures(record: RunRecord, { sure }: DiagnosisRow): Html | undefined {
  const rows: readonly PictureRow[] = record.diagnosisPictures ?? [];
  if (rows.length === 0) return undefined;
  const columns = Math.max(...rows.map((row) => row.pictures.length));
  return html`
    <h3>Some of the photos</h3>
    <p class="note">Light grey: in the last column a probability of ${sure.at(-1)?.above ??
      0} or less, in the others
      left out of the measures.</p>
    ${classLegend(record)} ${rows.map((row) => pictureRow(row, columns))}
  `;
}
