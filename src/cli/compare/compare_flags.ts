/** Flags and help of `deno task compare`. */
import { type Command, InvalidArgumentError } from "commander";
import { RECIPE_NAMES } from "../../config/recipe.ts";
import {
  addCommonOptions,
  type CommonOptions,
  gather,
  newCommand,
  pathText,
  wholeNumber,
} from "../command_line.ts";
import { COMPARISON_TABLES } from "./tables.ts";

/** The flags of `compare`. */
export interface CompareFlags extends CommonOptions {
  /** As `train` takes it. */
  readonly preset?: string;
  /** As `train` takes it. */
  readonly data?: string;
  /** As `train` takes it. */
  readonly unlabeled?: string;
  /** As `train` takes it. */
  readonly weights?: string;
  /** As `train` takes it. */
  readonly backend?: string;
  /** `key=value` each, for all runs. */
  readonly set?: readonly string[];
  /** With commas between: counts, shares, lists, `all`. */
  readonly labels?: string;
  /** With commas between: recipes, with settings. */
  readonly recipes?: string;
  /** A list of recipes that ships. */
  readonly table?: string;
  /** How many, or which with commas between. */
  readonly seeds?: readonly number[];
  /** Updates of each run. */
  readonly iterations?: number;
  /** Seconds that all runs together may take. */
  readonly budget?: number;
  /** Runs at a time. */
  readonly jobs?: number;
  /** Folder. */
  readonly out?: string;
  /** Takes what is not said from the folder. */
  readonly resume?: boolean;
}

const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, min: 60, s: 1 };

/** Reads `90s`, `30m`, `1h30m` as seconds, for commander. */
export function durationSeconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(h|min|m|s)/g)];
  const whole = parts.map(([part]) => part).join("");
  const seconds = parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit!]!, 0);
  if (seconds > 0 && whole.replaceAll(/\s/g, "") === text.replaceAll(/\s/g, "")) return seconds;
  throw new InvalidArgumentError("expected a time such as 30m, 90s or 1h30m");
}

/** Reads `3`, which is seeds 0, 1, 2, or `4,7`, for commander. */
export function seedList(text: string): number[] {
  const number = wholeNumber(text.includes(",") ? 0 : 1);
  const seeds = text.includes(",")
    ? text.split(",").map(number)
    : Array.from({ length: number(text) }, (_, seed) => seed);
  if (new Set(seeds).size === seeds.length) return seeds;
  throw new InvalidArgumentError("expected each seed once");
}

function tableList(): string {
  return Object.entries(COMPARISON_TABLES).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
    .join("\n");
}

/** The command with its help. */
export function compareCommand(): Command {
  const command = newCommand(
    "compare",
    "Trains recipes with several numbers of labels and seeds, several runs at a time, and compares them. Called again " +
      "on the same folder it goes on; more recipes, labels and seeds are added to it.",
  )
    .optionsGroup("What to compare:")
    .option(
      "--labels <list>",
      "labeled images: counts, shares, list files, all; with commas between (default: 1/8,all)",
    )
    .option(
      "--recipes <list>",
      `with commas between, each may have settings and a name: "supervised,no mix: guidedmix unsup.weight=0"; of ${
        RECIPE_NAMES.join(", ")
      } (default: supervised,guidedmix)`,
    )
    .option("--table <name>", `a list of recipes that ships: ${Object.keys(COMPARISON_TABLES).join(", ")}`)
    .option("--seeds <n|list>", "how many, or which: 3, or 0,5,7 (default: 3)", seedList)
    .optionsGroup("Every run (as in deno task train):")
    .option("--preset <name>", "a named configuration (default: demo, with --data own)")
    .option("--data <path>", "synthetic, a folder or a dataset.toml (default: the preset's)", pathText)
    .option("--unlabeled <path>", "more photos: a folder or a list", pathText)
    .option("--weights <file>", "begin with these (default: the preset's)", pathText)
    .option("--iterations <n>", "updates (default: the preset's)", wholeNumber(1))
    .option(
      "--budget <time>",
      "choose iterations so that all runs together take so long: 30m, 2h; a few steps of each recipe are timed first",
      durationSeconds,
    )
    .option("--set <key=value>", "any other option, may be repeated", gather)
    .option("--backend <name>", "auto, tensorflow, webgpu or wasm (default: auto)")
    .optionsGroup("How:")
    .option("--jobs <n>", "runs at a time, which share the cores (default: as many as cores)", wholeNumber(1))
    .option("--out <folder>", "gets a folder a run, comparison.json, comparison.csv, report.html", pathText)
    .option("--resume", "take what this call does not say from the comparison in --out");
  return addCommonOptions(command).addHelpText("after", () => `\nTables:\n${tableList()}`);
}
