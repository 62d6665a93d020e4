/** The report of a run as one page. */
import { classSection } from "./sections/class_table.ts";
import { comparisonSection } from "./sections/comparison_section.ts";
import { confusionSection } from "./sections/confusion_table.ts";
import { curveSection } from "./sections/curve_section.ts";
import { pairSection, pictureSection } from "./sections/gallery.ts";
import { diagnosisSection } from "./sections/diagnosis_section.ts";
import { findingSection } from "./sections/finding_section.ts";
import { machineSection, optionSection } from "./sections/machine_section.ts";
import { overview } from "./sections/overview.ts";
import { type PageSection, renderPage } from "./page.ts";
import type { RunRecord } from "./run_record.ts";

/**
 * Renders a run as HTML: figures, limits, comparison, pictures, pseudo masks, classes, confusion, curves, pairs, machine,
 * options. Parts that the record has nothing for are left out, so a run that was broken off has a report too.
 * @param record The run; every text in it is escaped
 * @returns A whole HTML document
 */
export function renderReport(record: RunRecord): string {
  const sections: PageSection[] = [
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
  return renderPage({
    title: record.title,
    head: overview(record),
    sections,
    footer: `guidedmix ${record.versions.guidedmix}`,
  });
}
