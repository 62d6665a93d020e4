/** `deno task bench`: our training step against the official one. */
import { Option } from "commander";
import type { RunConfig } from "../config/run_config.ts";
import { ConfigError } from "../core/errors.ts";
import { checkPrecisionHere, CONVOLUTION_PRECISIONS, type ConvolutionPrecision } from "../nn/precision.ts";
import { BENCH_CONFIGS, type BenchConfig } from "./bench/bench_case.ts";
import { benchText } from "./bench/bench_text.ts";
import { runBench } from "./bench/run_bench.ts";
import {
  addCommonOptions,
  type CommonOptions,
  newCommand,
  parseArguments,
  wholeNumber,
} from "./command_line.ts";
import { standardOutput } from "./output.ts";

interface BenchFlags extends CommonOptions {
  readonly official?: string;
  readonly python: string;
  readonly config: BenchConfig;
  readonly mitrans?: string;
  readonly crop?: number;
  readonly batch?: number;
  readonly precision: ConvolutionPrecision;
  readonly engine: RunConfig["engine"];
  readonly rounds: number;
}

function benchCommand() {
  const command = newCommand(
    "bench",
    "Times a GuidedMix step with its update (recipe official, 2 labeled and 2 unlabeled images of noise), and prediction\n" +
      "alone. With a checkout of the official repository its step runs in turns with ours; ratio is its time divided by\n" +
      "ours. Each side has a process of its own. Run it on a machine that does nothing else.",
  )
    .optionsGroup("Against:")
    .option("--official <checkout>", "the official repository at 27de72a; without it ours runs alone")
    .option("--python <path>", "a Python with PyTorch and mmcv", "python3")
    .optionsGroup("What:")
    .addOption(
      new Option("--config <name>", "a tiny network, or ResNet-50 with crop 129 or 257")
        .choices([...BENCH_CONFIGS]).default("r50-129"),
    )
    .option(
      "--mitrans <width>",
      "with MITrans of that width; cat for that of the branches (default: without)",
    )
    .option("--crop <pixels>", "another crop than the configuration's", wholeNumber(33))
    .option("--batch <count>", "labeled images, and as many unlabeled (default: 2)", wholeNumber(2))
    .addOption(
      new Option("--precision <type>", "of our convolutions").choices([...CONVOLUTION_PRECISIONS])
        .default("float32"),
    )
    .addOption(
      new Option("--engine <name>", "of our steps: function, eager (op by op), or auto")
        .choices(["auto", "function", "eager"]).default("auto"),
    )
    .optionsGroup("Run:")
    .option("--rounds <count>", "how often each side is timed", wholeNumber(1), 9);
  return addCommonOptions(command);
}

function checkMitrans(width: string | undefined): void {
  if (width === undefined || width === "cat" || /^[1-9]\d*$/.test(width) && Number(width) >= 2) return;
  throw new ConfigError(
    `Cannot run "deno task bench": --mitrans is "${width}", expected "cat" or a width of at least 2`,
  );
}

/**
 * Runs the command.
 * @param args The arguments after `bench`
 * @returns The exit code
 * @throws {ConfigError} For a wrong call
 */
export async function runBenchCommand(args: string[]): Promise<number> {
  const command = benchCommand();
  if (!parseArguments(command, args)) return 0;
  const flags = command.opts<BenchFlags>();
  checkMitrans(flags.mitrans);
  await checkPrecisionHere(flags.precision, "tensorflow");
  const { mitrans, crop, batch, config, precision, engine, rounds, official, python } = flags;
  const output = standardOutput();
  const result = await runBench(
    { config, precision, engine, rounds, official, python, sizes: { mitrans, crop, batch } },
    (text) => output.note(text),
  );
  output.result(flags.json ? JSON.stringify({ ok: true, ...result }) : benchText(result));
  return 0;
}
