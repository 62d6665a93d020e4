/** `deno task train`. */
import { dirname } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { quoted } from "../core/shown_text.ts";
import { checkPrecision, checkPrecisionHere } from "../nn/precision.ts";
import type { ComparedRun } from "../report/run_record.ts";
import { fittingThreads } from "../run/fitting_threads.ts";
import { initialWeights } from "../run/initial_weights.ts";
import { openSession } from "../run/open_session.ts";
import {
  begunDemo,
  begunRuns,
  DEMO_FOLDER,
  isDemo,
  newRuns,
  type PlannedRun,
  resumedRun,
  RUNS_FOLDER,
} from "../run/plan_runs.ts";
import { newestRuns } from "../run/newest_runs.ts";
import type { RunContext, RunResult } from "../run/run.ts";
import { RunFolder } from "../run/run_folder.ts";
import { trainInFolder } from "../run/train_in_folder.ts";
import { trainShare } from "../run/train_share.ts";
import { checkShares } from "../train/distributed/agreement.ts";
import { checkData } from "./check_data.ts";
import { commandText, parseArguments } from "./command_line.ts";
import { FAILED } from "./failure.ts";
import { launchWorkers, withoutWorkers } from "./launch_workers.ts";
import { type Output, standardOutput } from "./output.ts";
import { listenForStop } from "./stop_signal.ts";
import { hasConfigFlags, trainCommand, type TrainFlags } from "./train_flags.ts";
import { areFinished, printResults, resultsJson } from "./train_results.ts";
import { launchedInto, launcherEnd, leavesHangup } from "./workers/held_process.ts";
import { checkClusterBackend, clusterBackend, clusterHere, joinRun, quiet } from "./workers/join_run.ts";

/** The runs that a call means, refused early where a folder is taken. */
async function plannedRuns(flags: TrainFlags): Promise<PlannedRun[]> {
  if (!flags.resume) {
    const runs = newRuns(flags, flags.out);
    for (const { out } of runs) await new RunFolder(out).refuseRun();
    return runs;
  }
  const folder = flags.out === undefined ? undefined : new RunFolder(flags.out);
  if (await folder?.hasRun()) {
    return [await resumedRun({ config: await folder!.readConfig(), out: flags.out! }, flags)];
  }
  const call = await begunDemo(flags);
  if (flags.out === undefined) await requireBegun(newRuns(call, call.out));
  if (!hasConfigFlags(flags)) return await begunRuns(flags.out ?? DEMO_FOLDER);
  const runs = await Promise.all(newRuns(call, call.out).map((run) => resumedRun(run, call)));
  if (!await areBegun(runs)) refuseDemo(flags);
  return runs;
}

/** Where no folder is named, `--resume` means a run that is there, and begins none. */
async function requireBegun(runs: readonly PlannedRun[]): Promise<void> {
  if (await areBegun(runs)) return;
  const places = runs.map(({ out }) => quoted(out)).join(" or ");
  const { shown, more } = await newestRuns(RUNS_FOLDER);
  const others = shown.length === 0
    ? `none is in "${RUNS_FOLDER}" either`
    : `runs are in ${shown.map(quoted).join(", ")}${more > 0 ? ` and ${more} more folders` : ""}`;
  throw new ConfigError(
    `Cannot resume: no run is in ${places}, where this call looks without --out, expected --out with a run; ${others}`,
  );
}

/** Whether a run is in one of the folders. */
async function areBegun(runs: readonly PlannedRun[]): Promise<boolean> {
  const begun = await Promise.all(runs.map(({ out }) => new RunFolder(out).hasRun()));
  return begun.includes(true);
}

/** A folder that is named to go on with is not one to train the demo in: its name is wrong, more likely. */
function refuseDemo({ out, data, preset, recipe }: TrainFlags): void {
  if (out === undefined || [data, preset, recipe].some((flag) => flag !== undefined)) return;
  throw new ConfigError(
    `Cannot resume ${
      quoted(out)
    }: no run is there, expected a run folder in --out; with --data, --preset or --recipe ` +
      "a new run begins",
  );
}

/** Says of a call that is to go on with runs that there are none. */
async function noteNewRuns(
  runs: readonly PlannedRun[],
  { resume }: TrainFlags,
  { note }: Output,
): Promise<void> {
  if (!resume || await areBegun(runs)) return;
  const places = runs.map(({ out }) => quoted(out)).join(" or ");
  note(`note     no run is in ${places} to go on with: a new one begins`);
}

/** `--check`: the data of the run that would begin, or go on. */
async function checkRunData(flags: TrainFlags, output: Output): Promise<void> {
  if (!flags.resume) return await checkData(newRuns(flags, flags.out)[0]!.config, flags, output);
  const runs = await plannedRuns(flags);
  await noteNewRuns(runs, flags, output);
  const [{ config, out }] = runs as [PlannedRun];
  // nothing is written into a run that is there
  await checkData(config, { json: flags.json, runs: dirname(out) }, output);
}

/** The demo in the size that fits the backend that was found. */
function fittingRuns(runs: PlannedRun[], flags: TrainFlags, backend: string, output: Output): PlannedRun[] {
  const isFull = runs.every(({ config }) => config.preset === "demo");
  if (backend !== "wasm" || !isFull || !isDemo(flags) || flags.resume) return runs;
  output.note(
    "note     only wasm is here, which is slower: the demo takes its smaller network, preset demo-wasm",
  );
  const smaller = newRuns({ ...flags, preset: "demo-wasm" }, flags.out ?? DEMO_FOLDER);
  return smaller;
}

/** The words that were typed after `deno task train`. @param workers Processes that share each batch */
function typedWords(workers: number | undefined): string[] {
  const words = Deno.args.slice(1);
  // the launcher takes this option out; one of a cluster has none
  return workers === undefined || launchedInto() === undefined
    ? words
    : [...words, "--workers", `${workers}`];
}

async function trainAll(
  runs: readonly PlannedRun[],
  flags: TrainFlags,
  context: RunContext,
): Promise<RunResult[]> {
  const results: RunResult[] = [];
  const comparison: ComparedRun[] = [];
  for (const run of runs) {
    if (context.stop.asked()) break;
    const command = commandText("deno task train", ...typedWords(context.workers?.count));
    const result = await trainInFolder({
      ...run,
      resume: flags.resume ?? false,
      comparison: [...comparison],
      command,
    }, context);
    results.push(result);
    comparison.push(result.compared);
  }
  return results;
}

/** A worker that is not the chief: takes part in all runs, in the chief's order. */
async function shareAll(
  runs: readonly PlannedRun[],
  flags: TrainFlags,
  context: RunContext,
): Promise<boolean> {
  const { workers, stop } = context;
  const output = { ...context.output, note: (text: string) => console.error(text) };
  for (const run of runs) {
    const request = { ...run, resume: flags.resume ?? false };
    if (!await trainShare(request, workers!, { shouldStop: stop.asked, output })) return false;
  }
  return true;
}

/**
 * Runs the command.
 * @param args The arguments after `train`
 * @returns The exit code: 0; 1 when the run was stopped
 * @throws {ConfigError} For a wrong call; other errors as `trainInFolder`
 */
export async function runTrain(args: readonly string[]): Promise<number> {
  const ignoresHangup = leavesHangup();
  const command = trainCommand();
  if (!parseArguments(command, args)) return 0;
  const flags = command.opts<TrainFlags>();
  const cluster = clusterHere();
  const isChief = (cluster?.index ?? 0) === 0;
  const output = isChief ? standardOutput() : quiet(standardOutput());
  if (flags.check) {
    await checkRunData(flags, output);
    return 0;
  }
  const planned = await plannedRuns(flags);
  const asked = flags.backend ?? planned[0]!.config.backend;
  for (const { config } of planned) await checkPrecisionHere(config.precision, asked);
  const count = cluster?.addresses.length ?? flags.workers ?? 1;
  for (const { config } of planned) checkShares(config, count);
  // said before anything is loaded; the run itself makes sure of it
  if (cluster === undefined) { for (const { out } of planned) await new RunFolder(out).refuseHeld(); }
  if ((flags.workers ?? 1) > 1) {
    checkClusterBackend(asked);
    // once, and by a process that may reach the network; the workers find it in the cache
    if (!flags.resume) { for (const { config } of planned) await initialWeights(config, quiet(output)); }
    return await launchWorkers(withoutWorkers(args), {
      count,
      openToAll: flags.workersOpenToAll,
      ignoresHangup,
    });
  }
  await noteNewRuns(planned, flags, output);
  const { name, ...started } = clusterBackend(asked, cluster);
  const threads = cluster === undefined ? fittingThreads(planned.map(({ config }) => config)) : undefined;
  const session = await openSession(name, output, { ...started, threads });
  for (const { config } of planned) checkPrecision(config.precision);
  const workers = await joinRun(cluster, flags.waitForPeers, output);
  const runs = fittingRuns(planned, flags, session.backend.name, output);
  const stop = listenForStop(
    () => output.note("stopping after this iteration, with a checkpoint"),
    { ignoresHangup, launcherEnd: launchedInto() === undefined ? undefined : launcherEnd() },
  );
  try {
    const context = { session, output, stop, workers };
    if (!isChief) {
      const areShared = await shareAll(runs, flags, context);
      workers?.leave();
      return areShared ? 0 : FAILED;
    }
    const results = await trainAll(runs, flags, context);
    workers?.leave();
    printResults(results, runs, args, output);
    if (flags.json) output.result(resultsJson(results, runs.length));
    return areFinished(results, runs.length) ? 0 : FAILED;
  } finally {
    stop.close();
    workers?.close();
  }
}
