import { html } from "../html.ts";
import type { Html } from "../html.ts";
import type { RunRecord } from "../run_record.ts";

/** What limits the run and what to try. */
export function findingSection({ findings = [] }: RunRecord): Html | undefined {
  if (findings.length === 0) return undefined;
  const items = findings.map(({ text, advice }) =>
    html`
      <li>${text} <em>${advice}</em></li>
    `
  );
  return html`
    <section id="limits">
      <h2>What limits it</h2>
      <ol class="limits">${items}</ol>
      <p class="note">By the measures of this run, the weightiest first.</p>
    </section>
  `;
}
