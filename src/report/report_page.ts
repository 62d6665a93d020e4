/** The report of a run as one self-contained page: no script, no address outside itself. */
import { createHash } from "node:crypto";
import { Html, html } from "./html.ts";
import { PAGE_STYLE } from "./page_style.ts";
import { classSection } from "./sections/class_table.ts";
import { comparisonSection } from "./sections/comparison_section.ts";
import { confusionSection } from "./sections/confusion_table.ts";
import { curveSection } from "./sections/curve_section.ts";
import { pairSection, pictureSection } from "./sections/gallery.ts";
import { diagnosisSection } from "./sections/diagnosis_section.ts";
import { findingSection } from "./sections/finding_section.ts";
import { machineSection, optionSection } from "./sections/machine_section.ts";
import { overview } from "./sections/overview.ts";
import type { RunRecord } from "./run_record.ts";

/**
 * What a browser may do with the page: show its own pictures and styles, and no more. Should a text ever get past the
 * escaping, it runs nothing and asks nobody for anything. Style attributes hold colours and widths.
 */
function contentPolicy(): string {
  const styleDigest = createHash("sha256").update(PAGE_STYLE).digest("base64");
  return [
    "default-src 'none'",
    "img-src data:",
    `style-src-elem 'sha256-${styleDigest}'`,
    "style-src-attr 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/**
 * Renders a run as HTML: figures, limits, comparison, pictures, pseudo masks, classes, confusion, curves, pairs, machine, options. Parts
 * that the record has nothing for are left out, so a run that was broken off has a report too.
 * @param record The run; every text in it is escaped
 * @returns A whole HTML document
 */
export function renderReport(record: RunRecord): string {
  const sections: [string, string, Html | undefined][] = [
    ["limits", "Limits", findingSection(record)],
    ["comparison", "Comparison", comparisonSection(record)],
    ["pictures", "Pictures", pictureSection(record)],
    ["diagnosis", "Pseudo-masks", diagnosisSection(record)],
    ["classes", "Classes", classSection(record)],
    ["confusion", "Confusion", confusionSection(record)],
    ["curves", "Curves", curveSection(record)],
    ["pairs", "Pairs", pairSection(record)],
    ["machine", "Machine and time", machineSection(record)],
    ["options", "Options and versions", optionSection(record)],
  ];
  const present = sections.filter(([, , section]) => section !== undefined);
  const links = present.map(([id, name]) => html`<a href="#${id}">${name}</a>`);
  const page = html`
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${record.title} – guidedmix</title>
        <style>${new Html(PAGE_STYLE)}</style>
      </head>
      <body>
        <header>${overview(record)}<nav aria-label="Parts of the report">${links}</nav></header>
        <main>${present.map(([, , section]) => section!)}</main>
        <footer>guidedmix ${record.versions.guidedmix}</footer>
      </body>
    </html>
  `;
  return `<!doctype html>${page.text}`;
}
