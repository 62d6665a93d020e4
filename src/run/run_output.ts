/** Who is told what happens while a run is prepared and trained. */
import type { ProgressHandler } from "../backends/library/progress.ts";
import type { ProgressState } from "../report/progress_line.ts";

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
  /** How far a download is; missing where nobody asks. */
  readonly onDownload?: ProgressHandler;
}

/** Tells nobody. */
export const SILENT: RunOutput = {
  progress: { update() {}, finish() {} },
  note() {},
};
