import { html } from "../html.ts";
import { pointsText } from "../number_text.ts";
import { swatch } from "./gallery.ts";
import type { ClassResult } from "../../eval/confusion.ts";
import type { Html } from "../html.ts";
import type { EvaluationRecord, RunRecord } from "../run_record.ts";

/** IoU and accuracy of each class, with bars. */
export function classSection(record: RunRecord): Html | undefined {
  const { evaluation } = record;
  if (evaluation === undefined) return undefined;
  const total = evaluation.summary.perClass.reduce((sum, result) => sum + result.pixels, 0);
  const rows = evaluation.summary.perClass.map((result, k) =>
    classRow(result, total, swatch(record.dataset.colors[k]))
  );
  return html`
    <section id="classes">
      <h2>Classes</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Measures by class">
        <table class="wide">
          <caption>${captionOf(evaluation)}</caption>
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col" class="number">IoU %</th>
              <th scope="col" class="barcell"><span aria-hidden="true">0 to 100</span></th>
              <th scope="col" class="number">Accuracy %</th>
              <th scope="col" class="number">Share of pixels %</th>
            </tr>
          </thead>
          <tbody>${rows}</tbody>
          <tfoot>${meanRow(evaluation)}</tfoot>
        </table>
      </div>
    </section>
  `;
}

function captionOf({ split, mode, iteration }: EvaluationRecord): string {
  return `Part ${split}, iteration ${iteration}, ${mode}. ` +
    "A class that is in neither truth nor prediction has no IoU and does not count in the mean.";
}

function classRow(result: ClassResult, total: number, mark: Html | undefined): Html {
  return html`
    <tr>
      <th scope="row">${mark}${result.name}</th>
      <td class="number">${pointsText(result.iou)}</td>
      <td class="barcell">${bar(result.iou)}</td>
      <td class="number">${pointsText(result.accuracy)}</td>
      <td class="number">${pointsText(result.pixels / total)}</td>
    </tr>
  `;
}

function meanRow({ summary }: EvaluationRecord): Html {
  return html`
    <tr>
      <th scope="row">Mean</th>
      <td class="number">${pointsText(summary.miou)}</td>
      <td class="barcell">${bar(summary.miou)}</td>
      <td class="number">${pointsText(summary.meanAccuracy)}</td>
      <td></td>
    </tr>
  `;
}

function bar(share: number | undefined): Html | undefined {
  if (share === undefined) return undefined;
  return html`<span class="bar" aria-hidden="true"><i style="width:${(share * 100).toFixed(1)}%"></i></span>`;
}
