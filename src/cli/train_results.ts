/** What `deno task train` prints at its end. */
import { dirname, join } from "node:path";
import { percentText } from "../report/number_text.ts";
import type { PlannedRun } from "../run/plan_runs.ts";
import type { RunResult } from "../run/run.ts";
import { commandText } from "./command_line.ts";
import type { Output } from "./output.ts";

function summaryLine({ compared, evaluation, folder, seconds, sinceResume }: RunResult): string {
  const measure = evaluation === undefined
    ? "not evaluated"
    : `val mIoU ${percentText(evaluation.summary.miou)}`;
  const time = `${seconds.toFixed(0)} s${sinceResume ? " since the last --resume" : ""}`;
  return `${compared.group.padEnd(12)}${measure}, ${time}, ${folder}`;
}

/** Of several runs some may not have begun: their options are given again. */
function resumeText({ folder }: RunResult, planned: readonly PlannedRun[], args: readonly string[]): string {
  const again = ["--resume", "--out"];
  if (planned.length === 1) return commandText("deno task train", ...again, folder);
  const options = args.filter((arg, i) =>
    !again.includes(arg) && !arg.startsWith("--out=") && args[i - 1] !== "--out"
  );
  return commandText("deno task train", ...options, ...again, dirname(folder));
}

/** What limits the last run, a line each; nothing follows from a run that was to be a baseline. */
function findingLines(results: readonly RunResult[]): string[] {
  return results.at(-1)!.findings.map(({ text, advice }, i) =>
    `${i === 0 ? "limits" : ""}`.padEnd(12) + `${text} ${advice}`
  );
}

/**
 * Prints a line a run, what limits the last, and where the report is or how to go on.
 * @param args Those of the call
 */
export function printResults(
  results: readonly RunResult[],
  planned: readonly PlannedRun[],
  args: readonly string[],
  output: Output,
): void {
  for (const result of results) output.result(summaryLine(result));
  const last = results.at(-1)!;
  if (!last.finished || results.length < planned.length) {
    output.result(
      `Stopped after iteration ${last.iteration}; go on with: ${resumeText(last, planned, args)}`,
    );
  } else {
    for (const line of findingLines(results)) output.result(line);
    output.result(`Report: ${join(last.folder, "report.html")}`);
  }
}

/** Whether all runs were finished. */
export function areFinished(results: readonly RunResult[], count: number): boolean {
  return results.length === count && results.every(({ finished }) => finished);
}

/**
 * The results for `--json`.
 * @param count Runs that were planned
 */
export function resultsJson(results: readonly RunResult[], count: number): string {
  const runs = results.map((
    { folder, iteration, finished, evaluation, findings, best, compared, seconds, sinceResume },
  ) => ({
    folder,
    recipe: compared.group,
    seed: compared.seed,
    iteration,
    finished,
    miou: evaluation?.summary.miou,
    accuracy: evaluation?.summary.accuracy,
    best,
    findings,
    seconds,
    sinceResume,
    report: join(folder, "report.html"),
  }));
  return JSON.stringify({ ok: areFinished(results, count), runs });
}
