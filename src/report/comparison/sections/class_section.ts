import { difference, spreadText } from "../../comparison_table.ts";
import { html } from "../../html.ts";
import type { Html } from "../../html.ts";
import { differenceText, pointsText } from "../../number_text.ts";
import { swatch } from "../../sections/gallery.ts";
import type { TrialGroup } from "../compare_trials.ts";
import type { ComparisonRecord } from "../comparison_record.ts";
import { variantColor, variantKey } from "../variant_key.ts";

/** IoU of each class by each recipe, a table for each number of labels. */
export function classSection(record: ComparisonRecord, groups: readonly TrialGroup[]): Html | undefined {
  const tables = record.labels.map(({ count }) => groups.filter(({ labels }) => labels === count))
    .filter((same) => same.length > 0).map((same) => classTable(record, same));
  if (tables.length === 0) return undefined;
  return html`
    <section id="classes">
      <h2>Classes</h2>
      <p class="note">IoU in percent, mean and standard deviation over seeds, and the difference of means to ${record
        .variants[0]!.label}. Few labeled pixels make a class spread much.</p>
      ${tables}
    </section>
  `;
}

function classTable(record: ComparisonRecord, same: readonly TrialGroup[]): Html {
  const { dataset, variants } = record;
  const [first] = same;
  const baseline = first!.variant === variants[0]!.label ? first : undefined;
  const columns = same.map((group) => ({
    group,
    index: variants.findIndex(({ label }) => label === group.variant),
  }));
  return html`
    <h3>${first!.labels} labeled images</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="IoU by class with ${first!.labels} labels">
      <table class="wide classes">
        <thead>
          <tr>
            <th scope="col">Class</th>
            ${columns.map(({ index }) =>
              html`<th scope="col" colspan="2">${variantKey(variants[index]!, index)}</th>`
            )}
          </tr>
        </thead>
        <tbody>${dataset.classes.map((name, k) =>
          html`
            <tr>
              <th scope="row">${swatch(dataset.colors[k])}${name}</th>
              ${columns.map(({ group, index }) => classCells(group, baseline, k, index))}
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}

function classCells(group: TrialGroup, baseline: TrialGroup | undefined, k: number, index: number): Html {
  const spread = group.perClass[k];
  const width = pointsText(spread?.mean ?? 0);
  const change = group === baseline ? undefined : difference(spread, baseline?.perClass[k]);
  const direction = change === undefined || Math.abs(change) < 0.0005 ? "" : change > 0 ? " up" : " down";
  const bar = html`<span class="bar ${
    variantColor(index)
  }" aria-hidden="true"><i style="width:${width}%"></i></span>`;
  return html`
    <td class="barcell">${spread === undefined ? undefined : bar}</td>
    <td class="number">${spreadText(spread)}${change === undefined ? undefined : html`
      <span class="change${direction}">${differenceText(change)}</span>
    `}</td>
  `;
}
