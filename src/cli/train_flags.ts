/** Flags and help of `deno task train`. */
import { type Command, Option } from "commander";
import { PRESETS } from "../config/presets/presets.ts";
import { RECIPE_NAMES } from "../config/recipe.ts";
import type { ConfigRequest } from "../config/resolve_config.ts";
import { settableNames } from "../config/set_options.ts";
import { CONVOLUTION_PRECISIONS } from "../nn/precision.ts";
import {
  addCommonOptions,
  type CommonOptions,
  gather,
  newCommand,
  pathText,
  wholeNumber,
} from "./command_line.ts";

/** The flags of `train`. */
export interface TrainFlags extends ConfigRequest, CommonOptions {
  /** Run folder. */
  readonly out?: string;
  /** Tells what was understood of the data, and trains nothing. */
  readonly check?: boolean;
  /** Goes on with the run that is there. */
  readonly resume?: boolean;
  /** Processes to start on this machine. */
  readonly workers?: number;
  /** Workers may be started where others reach their ports. */
  readonly workersOpenToAll?: boolean;
  /** Seconds. */
  readonly waitForPeers?: number;
}

function presetList(): string {
  return PRESETS.map(({ name, summary }) => `  ${name.padEnd(30)}${summary}`).join("\n");
}

/** The command with its help. */
export function trainCommand(): Command {
  const command = newCommand("train", "Trains a network. Without options: the demo, on generated pictures.")
    .optionsGroup("What to train (--set wins over flags, flags win over the preset):")
    .option("--preset <name>", "a named configuration (default: demo, with --data own)")
    .option("--recipe <name>", `${RECIPE_NAMES.join(", ")} (default: the preset's)`)
    .option("--iterations <n>", "updates (default: the preset's)", wholeNumber(1))
    .option("--seed <n>", "of all random draws (default: 0)", wholeNumber(0))
    .option(
      "--weights <file>",
      "begin with these: imagenet, a run, a checkpoint, .pth or .safetensors, none (default: the preset's)",
      pathText,
    )
    .option(
      "--set <key=value>",
      "any other option, may be repeated; the config.toml of a run has them all",
      gather,
    )
    .optionsGroup("Data:")
    .option("--data <path>", "synthetic, a folder or a dataset.toml (default: the preset's)", pathText)
    .option(
      "--labeled <list|share>",
      "which train images keep their masks: a list file, 1/8, 12 (default: all)",
    )
    .option(
      "--unlabeled <path>",
      "more photos: a folder, or a list relative to the dataset's folder",
      pathText,
    )
    .option("--check", "tell what was understood of the data, with a picture, and train nothing")
    .option(
      "--diagnose-pseudo-masks <n>",
      "compare with the true masks of up to n unlabeled images (default: none, their masks stay unopened)",
      wholeNumber(0),
    )
    .optionsGroup("Run:")
    .option("--backend <name>", "auto, tensorflow, webgpu or wasm (default: auto, the first that opens)")
    .addOption(
      new Option(
        "--precision <type>",
        "of convolutions in training (default: float32; bfloat16: tensorflow only)",
      )
        .choices([...CONVOLUTION_PRECISIONS]),
    )
    .option("--out <folder>", "run folder (default: runs/<preset>-<recipe>-seed<n>, runs/demo)", pathText)
    .option(
      "--resume",
      "go on with the run in --out, with its own options; more --iterations and another place of --data are taken",
    )
    .optionsGroup("Several processes that share each batch (on several machines TF_CONFIG names them):")
    .option(
      "--workers <n>",
      "start so many on this machine, one a GPU where there are several, in a network of their own",
      wholeNumber(1),
    )
    .option(
      "--workers-open-to-all",
      "start them without a network of their own: whoever reaches their ports reads and writes files as you",
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
  "precision",
  "set",
  "data",
  "labeled",
  "unlabeled",
  "diagnosePseudoMasks",
];

/** Whether the call says what to train. */
export function hasConfigFlags(flags: TrainFlags): boolean {
  return Object.keys(flags).some((name) => CONFIG_FLAGS.includes(name));
}
