/** `deno task parity`. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { ConfigError } from "../core/errors.ts";
import type { ParityReport } from "../parity/report.ts";
import { parityText } from "../parity/report_text.ts";
import { runParity } from "../parity/run_parity.ts";
import type { ParityEngine } from "../parity/training_case.ts";
import { openSession } from "../run/open_session.ts";
import { addCommonOptions, type CommonOptions, gather, newCommand, parseArguments } from "./command_line.ts";
import { FAILED } from "./failure.ts";
import { standardOutput } from "./output.ts";

interface ParityFlags extends CommonOptions {
  readonly reference?: readonly string[];
  readonly backend: string;
  readonly only?: string;
  readonly engine: ParityEngine;
}

/** Read by NVIDIA's libraries when they are loaded; 0 keeps products of float32 in float32. */
const TF32_SWITCH = "NVIDIA_TF32_OVERRIDE";

function parityCommand(): Command {
  const command = newCommand(
    "parity",
    "Compares with reference tensors of the official code: functions, modules, losses, gradients, three training\n" +
      "steps, inference. tools/export_reference makes such folders.",
  )
    .optionsGroup("Reference:")
    .option(
      "--reference <folder>",
      "a folder with manifest.json; repeatable (default: those in fixtures/reference)",
      gather,
    )
    .option("--only <names>", "files to compare, with commas between; * and ? match (default: all)")
    .optionsGroup("Run:")
    .option("--backend <name>", "auto, tensorflow, webgpu or wasm", "auto")
    .addOption(
      new Option(
        "--engine <name>",
        "of the training cases' steps: op by op, or recorded as TensorFlow functions",
      )
        .choices(["eager", "function"]).default("eager"),
    );
  return addCommonOptions(command);
}

async function ownFixtures(): Promise<string[]> {
  const folder = new URL("../../fixtures/reference/", import.meta.url);
  if (folder.protocol !== "file:" || !existsSync(folder)) {
    throw new ConfigError(
      "Cannot compare: this copy of guidedmix holds no reference tensors, expected --reference FOLDER",
    );
  }
  const root = fileURLToPath(folder);
  const names = (await readdir(root)).filter((name) => existsSync(`${root}${name}/manifest.json`));
  return names.sort().map((name) => `${root}${name}`);
}

/**
 * Runs the command.
 * @param args The arguments after `parity`
 * @returns 0 where every case is within its tolerances, else 1
 * @throws {ConfigError} For a wrong call
 * @throws {FormatError} For a reference folder that is damaged or none
 */
export async function runParityCommand(args: string[]): Promise<number> {
  const command = parityCommand();
  if (!parseArguments(command, args)) return 0;
  const flags = command.opts<ParityFlags>();
  const output = standardOutput();
  const folders = flags.reference ?? await ownFixtures();
  // GPUs multiply float32 in TF32 otherwise, with 10 bits of mantissa: beyond the tolerances (LOG.md)
  if (Deno.env.get(TF32_SWITCH) === undefined) Deno.env.set(TF32_SWITCH, "0");
  const { backend } = await openSession(flags.backend, output);
  const only = flags.only?.split(",").map((pattern) => pattern.trim());
  const reports: ParityReport[] = [];
  for (const folder of folders) {
    const report = await runParity(folder, {
      only,
      engine: flags.engine,
      onFile: (name) => output.progress.note(`  ${name}`),
    });
    output.result(`\n${parityText(report)}`);
    reports.push(report);
  }
  const passed = reports.every((report) => report.passed);
  if (flags.json) {
    const { name, device } = backend;
    output.result(JSON.stringify({ ok: passed, backend: { name, device }, reports }));
  }
  return passed ? 0 : FAILED;
}
