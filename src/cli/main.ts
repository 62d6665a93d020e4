/**
 * The command line: `deno task <command>` runs this file with the command's name first.
 */
import { ConfigError } from "../core/errors.ts";
import { expectedNames } from "../core/names.ts";
import { exitCodeOf, failureText } from "./failure.ts";

interface CommandEntry {
  readonly summary: string;
  /** Loads the command's code, so that a command does not wait for that of the others. */
  readonly load: () => Promise<(args: string[]) => Promise<number>>;
}

const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  train: {
    summary: "train a network; without options the demo",
    load: async () => (await import("./train_command.ts")).runTrain,
  },
  eval: {
    summary: "evaluate runs and compare them",
    load: async () => (await import("./eval_command.ts")).runEval,
  },
  predict: {
    summary: "predict photos of any size",
    load: async () => (await import("./predict_command.ts")).runPredict,
  },
  suggest: {
    summary: "tell which photos to label next",
    load: async () => (await import("./suggest_command.ts")).runSuggest,
  },
  export: {
    summary: "write a model as ONNX, TF.js, a web page, safetensors or .pth",
    load: async () => (await import("./export_command.ts")).runExport,
  },
  compare: {
    summary: "train recipes with several numbers of labels and seeds, and compare them",
    load: async () => (await import("./compare_command.ts")).runCompare,
  },
  parity: {
    summary: "compare with reference tensors of the official code",
    load: async () => (await import("./parity.ts")).runParityCommand,
  },
  bench: {
    summary: "time a training step and inference",
    load: async () => (await import("./bench.ts")).runBenchCommand,
  },
  setup: {
    summary: "find or download libtensorflow",
    load: async () => (await import("./setup.ts")).runSetup,
  },
};

function helpText(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) =>
    `  deno task ${name.padEnd(10)}${summary}`
  );
  return [
    "guidedmix: semantic segmentation from few labeled and many unlabeled images",
    "",
    ...lines,
    "",
    "Each has --help.",
  ].join("\n");
}

async function dispatch([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h") {
    console.log(helpText());
    return 0;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    throw new ConfigError(
      `Cannot run "${name}": no such command, ${expectedNames(name, Object.keys(COMMANDS))}`,
    );
  }
  const run = await entry.load();
  return await run(args);
}

/**
 * Runs a command and tells what went wrong in one sentence.
 * @param args Name of the command and its arguments
 * @returns The exit code: 0, 1 for a failure, 2 for a wrong call or bad input
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    console.error(failureText(error, args.includes("--debug")));
    const code = exitCodeOf(error);
    if (args.includes("--json")) {
      console.log(JSON.stringify({ ok: false, error: failureText(error, false), exitCode: code }));
    }
    return code;
  }
}

if (import.meta.main) Deno.exit(await runCommandLine(Deno.args));
