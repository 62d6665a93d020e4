/** Colours of recipes, the same in all parts of a page. */
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import type { VariantRecord } from "./comparison_record.ts";

/** Number of series colours in the page's style. */
const COLORS = 8;

/** The style class of a variant's colour. @param index Its place in the comparison */
export function variantColor(index: number): string {
  return `s${index % COLORS}`;
}

/** A variant's colour and name. */
export function variantKey({ label }: VariantRecord, index: number): Html {
  return html`<span class="key ${variantColor(index)}"></span>${label}`;
}

/** All variants with their colours. */
export function variantLegend(variants: readonly VariantRecord[]): Html {
  return html`<ul class="legend">${
    variants.map((one, index) => html`<li>${variantKey(one, index)}</li>`)
  }</ul>`;
}
