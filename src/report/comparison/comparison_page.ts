/** A comparison as one self-contained page, in the style of the runs' reports. */
import { renderPage } from "../page.ts";
import { compareTrials } from "./compare_trials.ts";
import type { ComparisonRecord } from "./comparison_record.ts";
import { doubts } from "./doubts.ts";
import { classSection } from "./sections/class_section.ts";
import { comparedPictures, comparisonOptions, comparisonOverview } from "./sections/other_sections.ts";
import { resultSection } from "./sections/result_section.ts";
import { runSection } from "./sections/run_section.ts";

/**
 * Renders a comparison as HTML: curves over labels, differences, table, pictures, classes, runs, options. A comparison that
 * was stopped has a page of what is finished.
 * @param record Every text in it is escaped
 * @returns A whole HTML document
 */
export function renderComparison(record: ComparisonRecord): string {
  const groups = compareTrials(record);
  return renderPage({
    title: `${record.dataset.name}, comparison`,
    head: comparisonOverview(record, groups),
    sections: [
      ["results", "Results", resultSection(record, groups, doubts(record, groups))],
      ["pictures", "Pictures", comparedPictures(record)],
      ["classes", "Classes", classSection(record, groups)],
      ["runs", "Runs", runSection(record, groups)],
      ["options", "Recipes and settings", comparisonOptions(record)],
    ],
    footer: `guidedmix ${record.version}`,
  });
}
