/**
 * `deno task compare`: recipes, numbers of labels and seeds on one dataset, and one table of them.
 *
 * 1. `askedComparison` reads the call and `plan.json` of the folder, `prepareComparison` recipes, settings, data and labels:
 *    whatever is wrong is said before anything is trained.
 * 2. A new comparison decides what all of its runs share: a crop that fits the photos, and, within a `--budget`,
 *    iterations (`measureCosts`, `fittingIterations`). The plan is written.
 * 3. `runTrials` trains what is not finished, a `deno task train` in a process and a folder of its own each, several at a
 *    time; seed by seed, so that a stopped comparison has something of every recipe.
 * 4. `writeComparison` reads the folders of the runs and writes table, JSON, CSV and page. What the numbers mean is in
 *    `src/report/comparison`.
 *
 * The folder of a comparison:
 *
 *     plan.json  commands.txt  costs.json  runs/<recipe>-<labels>-seed<n>/  runs/<recipe>-<labels>-seed<n>.log
 *     comparison.json  comparison.csv  report.html
 */
import { join } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { durationText, terminalText } from "../report/number_text.ts";
import type { ComparisonRecord } from "../report/comparison/comparison_record.ts";
import { allCommands, COMMANDS_NAME } from "../run/commands_file.ts";
import { holdRun } from "../run/run_lock.ts";
import { writeFileWhole } from "../train/write_file.ts";
import { commandText, parseArguments } from "./command_line.ts";
import { askedComparison, type ComparisonCall } from "./compare/asked_comparison.ts";
import { fittingIterations, runsText } from "./compare/budget.ts";
import { compareCommand, type CompareFlags } from "./compare/compare_flags.ts";
import { type ComparisonPlan, writePlan } from "./compare/comparison_plan.ts";
import { ComparisonStop } from "./compare/comparison_stop.ts";
import { measureCosts } from "./compare/measure_costs.ts";
import { decideSettings, prepareComparison, type PreparedComparison } from "./compare/prepare_comparison.ts";
import { readTrial } from "./compare/read_trials.ts";
import { runTrials, type TrialOptions } from "./compare/run_trials.ts";
import { sharedMachine } from "./compare/shared_machine.ts";
import { RUNS, type Trial, trialsOf } from "./compare/trials.ts";
import { comparisonRecord, writeComparison } from "./compare/write_comparison.ts";
import { FAILED } from "./failure.ts";
import { type Output, standardOutput } from "./output.ts";

type Work = Omit<TrialOptions, "plan"> & { readonly trials: readonly Trial[] };

/** The folder's plan with what the call adds to it, or that of a new comparison. */
async function decidedPlan(
  call: ComparisonCall,
  prepared: PreparedComparison,
  work: Work,
): Promise<ComparisonPlan> {
  const { asked, plan, out } = call;
  if (plan !== undefined) return { ...plan, ...asked };
  const decided = await decideSettings(asked, prepared, 1 / work.jobs, work.output);
  const { iterations } = prepared.configs[0]!;
  const open: ComparisonPlan = { version: 1, ...asked, decided, iterations };
  return asked.shared.budget === undefined
    ? open
    : await withBudget(open, asked.shared.budget, { ...work, out });
}

async function withBudget(
  plan: ComparisonPlan,
  budget: number,
  work: Work & { readonly out: string },
): Promise<ComparisonPlan> {
  const { trials, jobs, output } = work;
  const startMs = performance.now();
  const costs = await measureCosts(trials, { ...work, plan });
  const spentSeconds = (performance.now() - startMs) / 1000;
  const iterations = fittingIterations({ costs, jobs, seconds: budget, spentSeconds });
  output.note(
    `budget   ${iterations} iterations fit, ${runsText(trials.length)} in ${
      terminalText(durationText(budget))
    }`,
  );
  return { ...plan, iterations };
}

async function unfinished(
  trials: readonly Trial[],
  { iterations }: ComparisonPlan,
  out: string,
): Promise<Trial[]> {
  const records = await Promise.all(trials.map((trial) => readTrial(trial, iterations, out)));
  return trials.filter((_, i) => records[i] === undefined);
}

function printResults(out: string, text: string, doubts: readonly string[], output: Output): void {
  if (text !== "") output.result(terminalText(text));
  for (const doubt of doubts) output.result(`note     ${doubt}`);
  output.result(`Report: ${join(out, "report.html")}`);
}

function resultJson(out: string, { missing }: ComparisonRecord, stopped: boolean): string {
  const files = { json: "comparison.json", csv: "comparison.csv", report: "report.html" };
  const paths = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, join(out, file)]));
  return JSON.stringify({ ok: missing.length === 0, stopped, ...paths, missing });
}

/** Everything after the call was found right, in a folder that is held. */
async function compareIn(
  call: ComparisonCall,
  prepared: PreparedComparison,
  flags: CompareFlags,
  output: Output,
) {
  const { out, asked } = call;
  const trials = trialsOf(asked, prepared, out);
  const { jobs, shareOf, text: shares } = sharedMachine(trials.length, flags.jobs);
  const stop = new ComparisonStop((count) =>
    output.note(`stopping: ${runsText(count)} going on until a checkpoint is written`)
  );
  try {
    const work = { jobs, shareOf, stop, output, trials };
    const plan = await decidedPlan(call, prepared, work);
    const own = commandText("deno task compare", ...Deno.args.slice(1));
    const command = await allCommands(out, own, call.plan !== undefined);
    await writePlan(out, plan);
    await writeFileWhole(join(out, COMMANDS_NAME), new TextEncoder().encode(`${command}\n`));
    const rest = await unfinished(trials, plan, out);
    const finished = trials.length - rest.length;
    output.note(
      `compare  ${runsText(trials.length)} of ${plan.iterations} iterations, ${finished} are finished; ` +
        `${shares}; into ${out}`,
    );
    const failures = await runTrials(rest, { ...work, plan, finished });
    const record = await comparisonRecord({ ...prepared, out, plan, trials, failures, jobs, command });
    return { record, stopped: stop.asked };
  } finally {
    stop.close();
  }
}

/**
 * Runs the command.
 * @param args The arguments after `compare`
 * @returns The exit code: 0; 1 when it was stopped or a run failed
 * @throws {ConfigError} For a wrong call, or a folder that cannot be made
 * @throws {DatasetError} If the data is missing or wrong
 */
export async function runCompare(args: readonly string[]): Promise<number> {
  const command = compareCommand();
  if (!parseArguments(command, args)) return 0;
  const flags = command.opts<CompareFlags>();
  const output = standardOutput();
  const call = await askedComparison(flags);
  const prepared = await prepareComparison(call.asked, output);
  const { out } = call;
  await makeFolder(out);
  const lock = await holdRun(out, "compare in", (text) => output.note(`note     ${text}`));
  try {
    const { record, stopped } = await compareIn(call, prepared, flags, output);
    const { text, doubts } = await writeComparison(out, record);
    printResults(out, text, doubts, output);
    if (stopped) {
      output.result(`Stopped; go on with: ${commandText("deno task compare", "--resume", "--out", out)}`);
    }
    if (flags.json) output.result(resultJson(out, record, stopped));
    return record.missing.length === 0 ? 0 : FAILED;
  } finally {
    lock.release();
  }
}

async function makeFolder(out: string): Promise<void> {
  try {
    await Deno.mkdir(join(out, RUNS), { recursive: true });
  } catch (cause) {
    throw new ConfigError(
      `Cannot make folder "${out}": ${(cause as Error).message}, expected a place for a new folder`,
      { cause },
    );
  }
}
