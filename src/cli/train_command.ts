/** `deno task train`. */
import type { Command } from "commander";
import { dirname, join } from "node:path";
import { PRESETS } from "../config/presets/presets.ts";
import { RECIPE_NAMES } from "../config/recipe.ts";
import type { ConfigRequest } from "../config/resolve_config.ts";
import { settableNames } from "../config/set_options.ts";
import { ConfigError } from "../core/errors.ts";
import { percentText } from "../report/number_text.ts";
import type { ComparedRun } from "../report/run_record.ts";
import {
  addCommonOptions,
  type CommonOptions,
  gather,
  newCommand,
  parseArguments,
  wholeNumber,
} from "./command_line.ts";
import { FAILED } from "./failure.ts";
import { launchWorkers, withoutWorkers } from "./launch_workers.ts";
import { openSession } from "./open_session.ts";
import { type Output, standardOutput } from "./output.ts";
import { clusterBackend, clusterHere, joinRun, quiet } from "./training/join_run.ts";
import { isDemo, newRuns, type PlannedRun, resumedRun } from "./training/plan_runs.ts";
import { RunFolder } from "./training/run_folder.ts";
import { listenForStop } from "./training/stop_signal.ts";
import { type RunContext, type RunResult, trainRun } from "./training/train_run.ts";
import { trainShare } from "./training/train_share.ts";

interface TrainFlags extends ConfigRequest, CommonOptions {
  readonly out?: string;
  readonly resume?: boolean;
  readonly workers?: number;
  readonly waitForPeers?: number;
}

function presetList(): string {
  return PRESETS.map(({ name, summary }) => `  ${name.padEnd(30)}${summary}`).join("\n");
}

function trainCommand(): Command {
  const command = newCommand("train", "Trains a network. Without options: the demo, on generated pictures.")
    .optionsGroup("What to train (--set wins over flags, flags win over the preset):")
    .option("--preset <name>", "a named configuration (default: demo, with --data own)")
    .option("--recipe <name>", `${RECIPE_NAMES.join(", ")} (default: the preset's)`)
    .option("--iterations <n>", "updates (default: the preset's)", wholeNumber(1))
    .option("--seed <n>", "of all random draws (default: 0)", wholeNumber(0))
    .option("--weights <file>", "begin with these: .pth or .safetensors (default: random)")
    .option("--set <key=value>", "any other option, may be repeated", gather)
    .optionsGroup("Data:")
    .option("--data <path>", "synthetic, a folder or a dataset.toml (default: the preset's)")
    .option(
      "--labeled <list|share>",
      "which train images keep their masks: a list file, 1/8, 12 (default: all)",
    )
    .option("--unlabeled <path>", "more photos: a folder, or a list relative to the dataset's folder")
    .optionsGroup("Run:")
    .option("--backend <name>", "auto, tensorflow, webgpu or wasm (default: auto, the first that opens)")
    .option("--out <folder>", "run folder (default: runs/<preset>-<recipe>-seed<n>, runs/demo)")
    .option("--resume", "go on with the run in --out, with its own options")
    .optionsGroup("Several processes that share each batch (on several machines TF_CONFIG names them):")
    .option(
      "--workers <n>",
      "start so many on this machine, one a GPU where there are several",
      wholeNumber(1),
    )
    .option("--wait-for-peers <seconds>", "for the others at the start (default: 120)", wholeNumber(1));
  return addCommonOptions(command)
    .addHelpText(
      "after",
      () => `\nPresets:\n${presetList()}\n\nKeys of --set:\n  ${settableNames().join(", ")}`,
    );
}

const CONFIG_FLAGS = [
  "preset",
  "recipe",
  "iterations",
  "seed",
  "weights",
  "set",
  "data",
  "labeled",
  "unlabeled",
];

function hasConfigFlags(flags: TrainFlags): boolean {
  return Object.keys(flags).some((name) => CONFIG_FLAGS.includes(name));
}

async function existingRuns(out: string): Promise<PlannedRun[]> {
  const candidates = [out, join(out, "supervised"), join(out, "guidedmix")];
  const runs: PlannedRun[] = [];
  for (const path of candidates) {
    const folder = new RunFolder(path);
    if (await folder.hasRun()) runs.push({ config: await folder.readConfig(), out: path });
  }
  return runs;
}

/** The runs that a call means, refused early where a folder is taken. */
async function plannedRuns(flags: TrainFlags): Promise<PlannedRun[]> {
  if (!flags.resume) {
    const runs = newRuns(flags, flags.out);
    for (const { out } of runs) await new RunFolder(out).refuseRun();
    return runs;
  }
  if (!hasConfigFlags(flags) && flags.out !== undefined) {
    const runs = await existingRuns(flags.out);
    if (runs.length === 1) return runs;
    if (runs.length === 0) {
      throw new ConfigError(`Cannot resume "${flags.out}": no run is there, expected a run folder in --out`);
    }
  }
  const planned = newRuns(hasConfigFlags(flags) ? flags : {}, flags.out);
  return await Promise.all(planned.map((run) => resumedRun(run, !hasConfigFlags(flags))));
}

/** The demo in the size that fits the backend that was found. */
function fittingRuns(runs: PlannedRun[], flags: TrainFlags, backend: string, output: Output): PlannedRun[] {
  const isFull = runs.every(({ config }) => config.preset === "demo");
  if (backend !== "wasm" || !isFull || !isDemo(flags) || flags.resume) return runs;
  output.note(
    "note     only wasm is here, which is slower: the demo takes its smaller network, preset demo-wasm",
  );
  const smaller = newRuns({ ...flags, preset: "demo-wasm" }, flags.out ?? join("runs", "demo"));
  return smaller;
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
    const command = ["deno task train", ...Deno.args.slice(1)].join(" ");
    const result = await trainRun({
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
  for (const run of runs) {
    if (!await trainShare({ ...run, resume: flags.resume ?? false }, workers!, stop.asked)) return false;
  }
  return true;
}

function summaryLine({ compared, evaluation, folder, seconds }: RunResult): string {
  const measure = evaluation === undefined
    ? "not evaluated"
    : `val mIoU ${percentText(evaluation.summary.miou)}`;
  return `${compared.group.padEnd(12)}${measure}, ${seconds.toFixed(0)} s, ${folder}`;
}

function printResults(results: readonly RunResult[], planned: readonly PlannedRun[], output: Output): void {
  for (const result of results) output.result(summaryLine(result));
  const last = results.at(-1)!;
  if (!last.finished || results.length < planned.length) {
    const out = planned.length > 1 ? dirname(last.folder) : last.folder;
    output.result(
      `Stopped after iteration ${last.iteration}; go on with: deno task train --resume --out ${out}`,
    );
  } else output.result(`Report: ${join(last.folder, "report.html")}`);
}

function jsonOf(results: readonly RunResult[], count: number): string {
  const runs = results.map(({ folder, iteration, finished, evaluation, best, compared, seconds }) => ({
    folder,
    recipe: compared.group,
    seed: compared.seed,
    iteration,
    finished,
    miou: evaluation?.summary.miou,
    accuracy: evaluation?.summary.accuracy,
    best,
    seconds,
    report: join(folder, "report.html"),
  }));
  return JSON.stringify({ ok: results.length === count && results.every(({ finished }) => finished), runs });
}

/**
 * Runs the command.
 * @param args The arguments after `train`
 * @returns The exit code: 0; 1 when the run was stopped
 * @throws {ConfigError} For a wrong call; other errors as `trainRun`
 */
export async function runTrain(args: readonly string[]): Promise<number> {
  const command = trainCommand();
  if (!parseArguments(command, args)) return 0;
  const flags = command.opts<TrainFlags>();
  if ((flags.workers ?? 1) > 1) return await launchWorkers(withoutWorkers(args), flags.workers!);
  const cluster = clusterHere();
  const isChief = (cluster?.index ?? 0) === 0;
  const output = isChief ? standardOutput() : quiet(standardOutput());
  const planned = await plannedRuns(flags);
  const { name, ...started } = clusterBackend(flags.backend ?? planned[0]!.config.backend, cluster);
  const session = await openSession(name, output, started);
  const workers = await joinRun(cluster, flags.waitForPeers, output);
  const runs = fittingRuns(planned, flags, session.backend.name, output);
  const stop = listenForStop(() => output.note("stopping after this iteration, with a checkpoint"));
  try {
    const context = { session, output, stop, workers };
    if (!isChief) return await shareAll(runs, flags, context) ? 0 : FAILED;
    const results = await trainAll(runs, flags, context);
    printResults(results, runs, output);
    if (flags.json) output.result(jsonOf(results, runs.length));
    const isDone = results.length === runs.length && results.every(({ finished }) => finished);
    return isDone ? 0 : FAILED;
  } finally {
    stop.close();
    workers?.close();
  }
}
