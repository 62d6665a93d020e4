import { html } from "../html.ts";
import { countText, percentText } from "../number_text.ts";
import type { Html } from "../html.ts";
import type { RunRecord } from "../run_record.ts";

/** Above this many classes the cells are small and without numbers. */
const MOST_NUMBERED_CLASSES = 30;
/** Up to this many classes there is room for large cells. */
const MOST_ROOMY_CLASSES = 14;
/** From this share of a row on, a cell is dark enough for light text. */
const FULL_SHARE = 0.55;

/** The confusion matrix as a coloured table; each row adds up to 100 %. */
export function confusionSection(record: RunRecord): Html | undefined {
  const { evaluation, dataset } = record;
  if (evaluation === undefined) return undefined;
  const size = dataset.classes.length <= MOST_ROOMY_CLASSES ? " roomy" : "";
  const dense = dataset.classes.length > MOST_NUMBERED_CLASSES;
  const heads = dataset.classes.map((name) => html`<th scope="col"><span>${name}</span></th>`);
  const rows = evaluation.confusion.map((row, truth) => confusionRow(row, truth, dataset.classes, dense));
  return html`
    <section id="confusion">
      <h2>Confusion</h2>
      <p
        class="note">Where the pixels of a class went. A row is a true class, a column what was predicted, in percent of
        the row; blue is right, orange is wrong${dense ? "" : ", empty is under 0.5 %"}.</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix">
        <table class="confusion${dense ? " dense" : size}">
          <caption>Rows: truth. Columns: prediction.</caption>
          <thead>
            <tr><td></td>${heads}<th scope="col" class="total"><span>pixels</span></th></tr>
          </thead>
          <tbody>${rows}</tbody>
        </table>
      </div>
    </section>
  `;
}

function confusionRow(
  row: readonly number[],
  truth: number,
  classes: readonly string[],
  dense: boolean,
): Html {
  const total = row.reduce((sum, count) => sum + count, 0);
  const cells = row.map((count, prediction) => {
    const share = total === 0 ? 0 : count / total;
    const kinds = [...(truth === prediction ? ["right"] : []), ...(share >= FULL_SHARE ? ["full"] : [])];
    const text = `${classes[truth]} as ${classes[prediction]}: ${
      percentText(total === 0 ? undefined : share)
    }`;
    const number = dense || share < 0.005 ? undefined : (share * 100).toFixed(0);
    return html`<td class="${kinds.join(" ")}" style="--p:${
      (share * 100).toFixed(1)
    }%" title="${text}">${number}</td>`;
  });
  return html`<tr><th scope="row">${classes[truth]}</th>${cells}<td class="total">${
    countText(total)
  }</td></tr>`;
}
