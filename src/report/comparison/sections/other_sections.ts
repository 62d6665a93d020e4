import { html } from "../../html.ts";
import type { Html } from "../../html.ts";
import { countText, differenceText, percentText } from "../../number_text.ts";
import { classLegend, pictureRow } from "../../sections/gallery.ts";
import type { TrialGroup } from "../compare_trials.ts";
import type { ComparisonRecord } from "../comparison_record.ts";
import { gapText } from "../comparison_text.ts";
import { shownRunsText } from "../shown_runs.ts";

/** Title, command and the figures that matter most. */
export function comparisonOverview(record: ComparisonRecord, groups: readonly TrialGroup[]): Html {
  const { dataset, command, variants, iterations, seeds, trials, missing } = record;
  const { labeled = 0, unlabeled = 0, val = 0 } = dataset.counts;
  return html`
    <p class="eyebrow">guidedmix comparison</p>
    <h1>${dataset.name}: ${headline(record)}</h1>
    <p
      class="lead">${variants.map(({ label }) => label).join(", ")}; ${countText(
        iterations,
      )} iterations each, seeds ${seeds.join(", ")}. ${countText(labeled)} images with masks, ${countText(
        unlabeled,
      )} without, ${countText(val)} to evaluate on.</p>
    <pre class="command" tabindex="0" aria-label="Command">${command}</pre>
    <dl class="facts">
      ${bestFacts(groups)}
      ${fact("Runs", countText(trials.length), `of ${countText(trials.length + missing.length)} finished`)}
      ${fact("Iterations", countText(iterations), "of every run")}
    </dl>
  `;
}

function headline({ labels }: ComparisonRecord): string {
  const counts = labels.map(({ text, count }) => text === "all" ? "all" : countText(count));
  return counts.length === 1
    ? `${counts[0]} labels`
    : `${counts.slice(0, -1).join(", ")} and ${counts.at(-1)} labels`;
}

/** The best with the fewest labels, and how the recipe that is farthest ahead of the baseline, or nearest behind, compares. */
function bestFacts(groups: readonly TrialGroup[]): Html[] {
  const same = groups.filter(({ labels }) => labels === groups[0]!.labels);
  const rivals = same.filter(({ difference }) => difference !== undefined);
  if (rivals.length === 0) return [];
  const best = highest(same, ({ miou }) => miou.mean);
  const rival = highest(rivals, ({ difference }) => difference!.mean);
  const gain = rival.difference!.mean;
  return [
    fact("Best mean IoU", percentText(best.miou.mean), `${best.variant}, ${countText(best.labels)} labels`),
    fact(gain > 0 ? "Ahead by" : "Next to it", differenceText(gain), `points, ${rival.variant}`),
    ...(rival.gapShare === undefined
      ? []
      : [fact("Label gap closed", gapText(rival.gapShare), `percent, ${rival.variant}`)]),
  ];
}

function highest(groups: readonly TrialGroup[], measure: (group: TrialGroup) => number): TrialGroup {
  return groups.reduce((best, group) => measure(group) > measure(best) ? group : best);
}

function fact(name: string, value: string, note: string): Html {
  return html`
    <div>
      <dt>${name}</dt>
      <dd>${value}<small>${note}</small></dd>
    </div>
  `;
}

/** The same val photos by the shown runs, beside truth. */
export function comparedPictures({ pictures, dataset, trials }: ComparisonRecord): Html | undefined {
  if (pictures.length === 0) return undefined;
  const columns = Math.max(...pictures.map((row) => row.pictures.length));
  return html`
    <section id="pictures">
      <h2>Pictures</h2>
      <p class="note">${shownRunsText(trials)} Light grey has no label.</p>
      ${classLegend({ dataset })} ${pictures.map((row) => pictureRow(row, columns))}
    </section>
  `;
}

/** What was compared, in full. */
export function comparisonOptions({ variants, settings }: ComparisonRecord): Html {
  const rows = variants.map(({ label, recipe, settings: own }) =>
    html`
      <tr>
        <th scope="row">${label}</th>
        <td>${[recipe, ...own].join(" ")}</td>
      </tr>
    `
  );
  const shared = settings.length === 0 ? undefined : html`
    <tr>
      <th scope="row">all runs</th>
      <td>${settings.join(" ")}</td>
    </tr>
  `;
  return html`
    <section id="options">
      <h2>Recipes and settings</h2>
      <div class="scroll">
        <table class="wide">
          <tbody>${rows}${shared}</tbody>
        </table>
      </div>
      <p class="note">Every option of a run stands in the config.toml of its folder.</p>
    </section>
  `;
}
