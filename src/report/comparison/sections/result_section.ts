import { spreadText } from "../../comparison_table.ts";
import { html } from "../../html.ts";
import type { Html } from "../../html.ts";
import { differenceText } from "../../number_text.ts";
import { chartFigure } from "../../sections/curve_section.ts";
import type { TrialGroup } from "../compare_trials.ts";
import type { ComparisonRecord } from "../comparison_record.ts";
import { gapText, intervalText } from "../comparison_text.ts";
import { differenceChart } from "../difference_chart.ts";
import { labelChart } from "../label_chart.ts";
import { isSure } from "../paired_statistics.ts";
import { variantKey, variantLegend } from "../variant_key.ts";

/** Both charts, what not to conclude from them, and the table of all groups. */
export function resultSection(
  record: ComparisonRecord,
  groups: readonly TrialGroup[],
  doubts: readonly string[],
): Html | undefined {
  if (groups.length === 0) return undefined;
  const differences = differenceChart(record, groups);
  return html`
    <section id="results">
      <h2>Results</h2>
      <p class="note">mIoU on val after the last iteration, never the best one: mean and sample standard deviation over
        seeds. ${differenceNote(record, differences)}</p>
      <div class="beside">
        <div>${chartFigure("Mean IoU", "band: standard deviation over seeds", labelChart(record, groups))}
          ${variantLegend(record.variants)}</div>
        ${differences && html`<div>${differences}</div>`}
      </div>
      ${doubtList(doubts)} ${groupTable(record, groups)}
    </section>
  `;
}

function differenceNote({ variants }: ComparisonRecord, differences: Html | undefined): string {
  if (differences === undefined) return "";
  return `Differences to ${
    variants[0]!.label
  } are those of equal seeds, which have the same labeled images, with Student's ` +
    "95 % interval.";
}

function doubtList(doubts: readonly string[]): Html | undefined {
  if (doubts.length === 0) return undefined;
  return html`<ul class="doubts">${doubts.map((text) => html`<li>${text}</li>`)}</ul>`;
}

function groupTable(record: ComparisonRecord, groups: readonly TrialGroup[]): Html {
  const hasGap = groups.some(({ gapShare }) => gapShare !== undefined);
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Measures of all recipes">
      <table class="wide">
        ${hasGap
          ? html`<caption>Label gap closed: (recipe − supervised) / (supervised with all labels − supervised).</caption>`
          : undefined}
        <thead>
          <tr>
            <th scope="col">Labels</th><th scope="col">Recipe</th><th scope="col" class="number">Runs</th>
            <th scope="col" class="number">mIoU %</th><th scope="col" class="number">Pixel accuracy %</th>
            <th scope="col" class="number">Difference</th><th scope="col" class="number">95 % interval</th>
            ${hasGap ? html`<th scope="col" class="number">Gap closed %</th>` : undefined}
          </tr>
        </thead>
        <tbody>${groups.map((group, i) => groupRow(record, group, groups[i - 1], hasGap))}</tbody>
      </table>
    </div>
  `;
}

function groupRow(
  { variants, labels }: ComparisonRecord,
  group: TrialGroup,
  above: TrialGroup | undefined,
  hasGap: boolean,
): Html {
  const { difference, gapShare } = group;
  const index = variants.findIndex(({ label }) => label === group.variant);
  const text = labels.find(({ count }) => count === group.labels)?.text;
  const first = above?.labels === group.labels
    ? ""
    : text === "all"
    ? `all ${group.labels}`
    : `${group.labels}`;
  const direction = difference === undefined || !isSure(difference)
    ? ""
    : difference.mean > 0
    ? " up"
    : " down";
  return html`
    <tr>
      <th scope="row">${first}</th>
      <td class="key-cell">${variantKey(variants[index]!, index)}</td>
      <td class="number">${group.trials.length}</td>
      <td class="number strong">${spreadText(group.miou)}</td>
      <td class="number">${spreadText(group.accuracy)}</td>
      <td class="number${direction}">${difference === undefined ? "" : differenceText(difference.mean)}</td>
      <td class="number">${difference === undefined ? "" : intervalText(difference)}</td>
      ${hasGap ? html`<td class="number">${gapShare === undefined ? "" : gapText(gapShare)}</td>` : undefined}
    </tr>
  `;
}
