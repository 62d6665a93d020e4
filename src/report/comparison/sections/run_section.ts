import { html } from "../../html.ts";
import type { Html } from "../../html.ts";
import { countText, pointsText } from "../../number_text.ts";
import type { TrialGroup } from "../compare_trials.ts";
import type { ComparisonRecord, MissingTrial } from "../comparison_record.ts";
import { costText } from "../comparison_text.ts";

/** Time and memory of each group, and every run with its report. */
export function runSection(record: ComparisonRecord, groups: readonly TrialGroup[]): Html {
  return html`
    <section id="runs">
      <h2>Runs</h2>
      <p class="note">mIoU in percent by seed; each links to the report of its run. Times were taken while ${record
          .jobs === 1
        ? "one run"
        : `up to ${
          countText(record.jobs)
        } runs`} went on; an iteration's is the median, without evaluations. Memory is the most that a row of the log names.</p>
      ${runTable(record, groups)} ${failureList(record.missing)}
    </section>
  `;
}

function runTable({ seeds }: ComparisonRecord, groups: readonly TrialGroup[]): Html | undefined {
  if (groups.length === 0) return undefined;
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="All runs">
      <table class="wide">
        <thead>
          <tr>
            <th scope="col">Labels</th><th scope="col">Recipe</th>
            ${seeds.map((seed) => html`<th scope="col" class="number">Seed ${seed}</th>`)}
            <th scope="col" class="number">Seconds an iteration</th><th scope="col" class="number">Training</th>
            <th scope="col" class="number">Memory</th>
          </tr>
        </thead>
        <tbody>${groups.map((group) => runRow(group, seeds))}</tbody>
      </table>
    </div>
  `;
}

function runRow(group: TrialGroup, seeds: readonly number[]): Html {
  const cells = seeds.map((seed) => {
    const trial = group.trials.find((one) => one.seed === seed);
    const link = trial &&
      html`<a href="${addressOf(trial.folder)}/report.html">${pointsText(trial.miou)}</a>`;
    return html`<td class="number">${link ?? "–"}</td>`;
  });
  return html`
    <tr>
      <th scope="row">${group.labels}</th><td class="key-cell">${group.variant}</td>${cells}
      ${costText(group).map((text) => html`<td class="number">${text}</td>`)}
    </tr>
  `;
}

/** A relative address: each name of the path encoded. */
function addressOf(folder: string): string {
  return folder.split(/[\\/]/).map(encodeURIComponent).join("/");
}

function failureList(missing: readonly MissingTrial[]): Html | undefined {
  if (missing.length === 0) return undefined;
  const items = missing.map(({ variant, labels, seed, error }) =>
    html`<li>${variant} with ${labels} labels, seed ${seed}: ${error ?? "not finished"}</li>`
  );
  return html`
    <h3>Without a result</h3>
    <ul class="doubts">${items}</ul>
  `;
}
