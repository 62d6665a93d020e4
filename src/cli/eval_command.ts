/** `deno task eval`. */
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import type { RunConfig } from "../config/run_config.ts";
import { ConfigError } from "../core/errors.ts";
import { type Dataset, type Item, sourceName } from "../data/dataset.ts";
import { indexRule } from "../data/index_rule.ts";
import { classesLacked, valLacksText } from "../data/val_lacks.ts";
import { evaluateDataset, type Evaluation } from "../eval/evaluate_dataset.ts";
import type { PredictOptions } from "../eval/predict_image.ts";
import { comparisonTable } from "../report/comparison_table.ts";
import { percentText, pointsText } from "../report/number_text.ts";
import type { ComparedRun } from "../report/run_record.ts";
import { shownName } from "../run/model_metadata.ts";
import { inferenceNetwork, type ModelSource } from "../run/model_source.ts";
import { openSession } from "../run/open_session.ts";
import { chosenDataset } from "../run/prepare_dataset.ts";
import { predictOptions } from "../run/report_pictures.ts";
import {
  addCommonOptions,
  type CommonOptions,
  gather,
  newCommand,
  parseArguments,
  positiveNumbers,
  sidesText,
  wholeNumber,
} from "./command_line.ts";
import { addCheckpointOptions, readModel } from "./model_flags.ts";
import { type Output, standardOutput } from "./output.ts";
import { groupNames, sameRunNotes } from "./run_groups.ts";

/** Lists that can be evaluated. */
const SPLITS = ["val", "test", "train"] as const;

interface EvalFlags extends CommonOptions {
  readonly run?: readonly string[];
  readonly checkpoint?: string;
  readonly use?: string;
  readonly data?: string;
  readonly split: string;
  readonly mode?: string;
  readonly crop?: [number, number];
  readonly stride?: [number, number];
  readonly scales?: number[];
  readonly flip?: boolean;
  readonly limit?: number;
  readonly backend: string;
}

function evalCommand(): Command {
  const command = newCommand("eval", "Evaluates trained models; several runs are compared in a table.")
    .optionsGroup("Model:")
    .option("--run <folder>", "a run; repeated, the runs are compared, the first is the baseline", gather);
  addCheckpointOptions(command)
    .optionsGroup("Data:")
    .option(
      "--data <path>",
      "another dataset of the same classes, every pair where nothing says val (default: the run's)",
    )
    .option("--split <name>", `${SPLITS.join(", ")}; train is its labeled part`, "val")
    .option("--limit <n>", "most images, evenly spread; 0 takes all (default: 0)", wholeNumber(0))
    .optionsGroup("How:")
    .option("--mode <name>", "whole images, or slide a window (default: the run's)")
    .option("--crop <height x width>", "window of slide (default: the run's)", sidesText)
    .option("--stride <height x width>", "steps between windows (default: the run's)", sidesText)
    .option(
      "--scales <list>",
      "factors on the size, probabilities averaged: 0.5,1,1.5 (default: 1)",
      positiveNumbers,
    )
    .option("--flip", "adds the mirrored image")
    .optionsGroup("Run:")
    .option("--backend <name>", "auto, tensorflow, webgpu or wasm", "auto");
  return addCommonOptions(command);
}

function howOf(source: ModelSource, flags: EvalFlags): PredictOptions {
  const { mode, crop, stride, scales, flip } = flags;
  if (mode !== undefined && mode !== "whole" && mode !== "slide") {
    throw new ConfigError(`Cannot evaluate: --mode is "${mode}", expected whole or slide`);
  }
  const usual = predictOptions(source.config);
  const how = { mode: mode ?? usual.mode, crop: crop ?? usual.crop, stride: stride ?? usual.stride };
  if (how.mode === "whole" && (crop ?? stride) !== undefined) {
    throw new ConfigError(
      "Cannot evaluate: --crop or --stride is given for whole images, expected --mode slide",
    );
  }
  const { crop: window, stride: steps } = how;
  if (window !== undefined && steps?.some((step, axis) => step > window[axis]!)) {
    throw new ConfigError(
      `Cannot evaluate: the stride is ${steps.join(" x ")}, expected at most the crop, ${window.join(" x ")}`,
    );
  }
  return {
    ...usual,
    ...how,
    ratios: scales,
    flip,
  };
}

function itemsOf(dataset: Dataset, split: string): readonly Item[] {
  const name = SPLITS.find((known) => known === split);
  if (name === undefined) {
    throw new ConfigError(`Cannot evaluate: --split is "${split}", expected one of ${SPLITS.join(", ")}`);
  }
  const items = dataset[name].filter(({ mask }) => mask !== undefined);
  if (items.length > 0) return items;
  throw new ConfigError(
    `Cannot evaluate on ${name} of "${dataset.name}": it has no image with a mask, expected some`,
  );
}

/** Classes count by their place: other names may be meant, the same ones in another order are not. */
function checkClasses({ classes, name }: ModelSource, dataset: Dataset, output: Output): void {
  const action = `Cannot evaluate "${name}" on "${dataset.name}"`;
  if (classes.length !== dataset.classes.length) {
    throw new ConfigError(
      `${action}: the dataset has ${dataset.classes.length} classes, expected the model's ${classes.length}`,
    );
  }
  const there = dataset.classes.map(shownName);
  const other = classes.findIndex((known, label) => known !== there[label]);
  if (other < 0) return;
  const names = `class ${other} is "${there[other]}" there and "${classes[other]}" in the model`;
  if (classes.every((known) => there.includes(known))) {
    throw new ConfigError(`${action}: ${names}, expected the model's order`);
  }
  output.note(`note     ${names}: classes are compared by their place`);
}

/**
 * Masks of a few photos may not show the last classes: where nothing names those of a dataset, they are the model's.
 */
function withModelClasses({ classes, colors }: ModelSource, dataset: Dataset): Dataset {
  const { maskRule: { masks, values } } = dataset;
  const isCounted = masks === "index" &&
    dataset.classes.every((name, i) => name === `class ${i}` && values[i] === i);
  if (!isCounted || dataset.classes.length >= classes.length) return dataset;
  return { ...dataset, classes, colors, maskRule: indexRule(colors) };
}

/** Whether a path is the dataset that the run was trained on: then only what it did not train on is evaluated. */
function isOwnData({ data }: RunConfig, path: string): boolean {
  return path === data.source || resolve(path) === data.source;
}

interface Evaluated extends Evaluation {
  /** What it was evaluated on, to tell whether others can be compared. */
  readonly on: string;
}

async function evaluateSource(source: ModelSource, flags: EvalFlags, output: Output): Promise<Evaluated> {
  const { config } = source;
  const how = howOf(source, flags);
  const data = flags.data === undefined
    ? config.data
    : { ...config.data, source: flags.data, labeled: undefined, unlabeled: undefined };
  const holdOut = flags.data === undefined || flags.split !== "val" || isOwnData(config, flags.data);
  const dataset = withModelClasses(source, await chosenDataset({ ...config, data }, { holdOut }));
  checkClasses(source, dataset, output);
  const items = itemsOf(dataset, flags.split);
  if (!holdOut) output.note(`data     ${items.length} images of "${dataset.name}" are evaluated`);
  const network = inferenceNetwork(source);
  try {
    const evaluation = await evaluateDataset(network, dataset, items, {
      ...how,
      limit: flags.limit,
      onImage: (done, total) =>
        output.progress.update({ label: `evaluate ${basename(source.name)}`, done, total }),
    });
    return {
      ...evaluation,
      on: [...dataset.classes, ...items.map(({ image }) => sourceName(image))].join("\n"),
    };
  } finally {
    output.progress.finish();
    network.dispose();
  }
}

function classTable({ summary, images }: Evaluation): string {
  const width = Math.max(...summary.perClass.map(({ name }) => name.length), 8);
  const lines = summary.perClass.map(({ name, iou, accuracy }) =>
    `${name.padEnd(width)}  ${pointsText(iou).padStart(6)}  ${pointsText(accuracy).padStart(8)}`
  );
  return [
    `${"class".padEnd(width)}  IoU %   accuracy %`,
    ...lines,
    `mIoU ${percentText(summary.miou)}, accuracy ${percentText(summary.accuracy)}, ` +
    `mean class accuracy ${percentText(summary.meanAccuracy)}, ${images} images`,
  ].join("\n");
}

/** Classes that the images lack, as a note; `undefined` where they show all. */
function lackedNote({ summary, images }: Evaluation, { split, limit }: EvalFlags): string | undefined {
  const lacked = classesLacked(summary.perClass);
  if (lacked === undefined) return undefined;
  const some = images === 1 ? `one image of ${split} shows` : `${images} images of ${split} show`;
  return valLacksText({ ...lacked, what: limit ? some : `${split} shows` });
}

async function readSources(flags: EvalFlags): Promise<ModelSource[]> {
  const { run: runs = [], checkpoint, use } = flags;
  if (runs.length <= 1) return [await readModel({ run: runs[0], checkpoint, use })];
  const again = runs.find((run, i) => runs.findIndex((other) => resolve(other) === resolve(run)) !== i);
  if (again !== undefined) {
    throw new ConfigError(`Cannot compare run "${again}" with itself: it is named twice, expected each once`);
  }
  if (checkpoint !== undefined) {
    throw new ConfigError("Cannot compare runs with a checkpoint: both are given, expected several --run");
  }
  return await Promise.all(runs.map((run) => readModel({ run, use })));
}

/**
 * Runs the command.
 * @param args The arguments after `eval`
 * @returns The exit code, 0
 * @throws {ConfigError} For a wrong call
 * @throws {DatasetError} If the data is missing or wrong
 * @throws {CheckpointMismatch} If a checkpoint is damaged
 */
export async function runEval(args: readonly string[]): Promise<number> {
  const command = evalCommand();
  if (!parseArguments(command, args)) return 0;
  const flags = command.opts<EvalFlags>();
  const output = standardOutput();
  const sources = await readSources(flags);
  await openSession(flags.backend, output);
  const groups = groupNames(sources);
  for (const text of sameRunNotes(sources)) output.note(`note     ${text}`);
  const compared: (ComparedRun & { readonly iteration: number })[] = [];
  let first: Evaluated | undefined;
  for (const [i, source] of sources.entries()) {
    const evaluation = await evaluateSource(source, flags, output);
    if (evaluation.on !== (first ??= evaluation).on) {
      output.note(
        `note     "${source.name}" is evaluated on other images or classes than "${sources[0]!.name}"`,
      );
    }
    const { iteration } = source.checkpoint;
    if (sources.length === 1) output.result(classTable(evaluation));
    const lacked = lackedNote(evaluation, flags);
    if (lacked !== undefined) {
      output.note(`note     ${sources.length > 1 ? `"${source.name}": ` : ""}${lacked}`);
    }
    const { seed } = source.config;
    compared.push({
      name: source.name,
      group: groups[i]!,
      seed,
      iteration,
      metrics: [],
      summary: evaluation.summary,
    });
  }
  if (sources.length > 1) output.result(comparisonTable(compared));
  if (flags.json) {
    const runs = compared.map(({ metrics: _, ...run }) => run);
    output.result(JSON.stringify({ ok: true, split: flags.split, runs }));
  }
  return 0;
}
