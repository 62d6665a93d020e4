/** Who is told what happens while a run is prepared and trained. */
import type { ProgressHandler } from "../backends/library/progress.ts";
import type { ProgressState } from "../report/progress_line.ts";
import type { WrittenRow } from "../train/metric_rows.ts";

/** Takes what a run has to say; the commands print it. */
export interface RunOutput {
  /** How far a piece of work is. */
  readonly progress: {
    /** Takes a new state. */
    update(state: ProgressState): void;
    /** That piece of work is over. */
    finish(): void;
  };
  /** A line of text, with its subject in the first nine columns. */
  note(text: string): void;
  /** A row that was written into `metrics.jsonl`; missing where nobody asks. */
  onRow?(row: WrittenRow): void;
  /** How far a download is; missing where nobody asks. */
  readonly onDownload?: ProgressHandler;
}

/** Tells nobody. */
export const SILENT: RunOutput = {
  progress: { update() {}, finish() {} },
  note() {},
};
