/**
 * Trains variants of a run with several seeds, some at a time, and compares them: mean and spread of every measure. The
 * tables of LOG.md come from such runs.
 *
 *     deno run -A tools/experiment.ts --out runs/weights --seeds 0,1,2 --jobs 2 \
 *       --variant supervised --variant guidedmix --variant "guidedmix unsup.weight=2" -- --preset demo
 *
 * A variant is a recipe and settings, the first is the baseline; what stands after `--` goes to every `deno task train`.
 * Each run has its folder and its log in the output folder. Called again, it goes on with what is not finished.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { gather, parseArguments, wholeNumber } from "../src/cli/command_line.ts";

interface Flags {
  readonly out: string;
  readonly seeds: string;
  readonly jobs: number;
  readonly variant: readonly string[];
}

interface Trial {
  readonly folder: string;
  readonly flags: readonly string[];
}

const MAIN = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

function trialsOf({ out, seeds, variant: variants }: Flags, shared: readonly string[]): Trial[] {
  return seeds.split(",").flatMap((seed) =>
    variants.map((variant) => {
      const [recipe = "", ...settings] = variant.trim().split(/\s+/);
      const name = [recipe, ...settings, seed].join("-").replaceAll(/[^\w.=-]/g, "_");
      const sets = settings.flatMap((setting) => ["--set", setting]);
      return { folder: join(out, name), flags: [...shared, "--recipe", recipe, "--seed", seed, ...sets] };
    })
  );
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Runs a command of this project and returns its exit code. One thread in an op where several runs share the cores. */
async function runMain(args: readonly string[], log: string | undefined, single: boolean): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", MAIN, ...args],
    env: single ? { TF_NUM_INTRAOP_THREADS: "1" } : {},
    stdout: log === undefined ? "inherit" : "piped",
    stderr: log === undefined ? "inherit" : "piped",
  }).spawn();
  if (log !== undefined) {
    const file = await Deno.open(log, { write: true, create: true, append: true });
    const copy = async (stream: ReadableStream<Uint8Array>) => {
      for await (const bytes of stream) await file.write(bytes);
    };
    await Promise.all([copy(child.stdout), copy(child.stderr)]);
    file.close();
  }
  return (await child.status).code;
}

async function train({ folder, flags }: Trial, single: boolean): Promise<void> {
  const resume = await exists(join(folder, "config.toml")) ? ["--resume"] : [];
  const log = `${folder}.log`;
  const code = await runMain(["train", ...flags, ...resume, "--out", folder], log, single);
  if (code !== 0) throw new Error(`Cannot finish "${folder}": exit code ${code}, expected 0; see "${log}"`);
}

async function trainAll(trials: readonly Trial[], jobs: number): Promise<void> {
  const waiting = [...trials];
  let done = 0;
  const work = async () => {
    for (let trial = waiting.shift(); trial !== undefined; trial = waiting.shift()) {
      await train(trial, jobs > 1);
      console.log(`${++done} of ${trials.length}: ${trial.folder}`);
    }
  };
  const workers = Array.from({ length: jobs }, work);
  try {
    await Promise.all(workers);
  } finally {
    // after a failure nothing new begins, and what runs ends
    waiting.length = 0;
    await Promise.allSettled(workers);
  }
}

async function main(args: readonly string[]): Promise<number> {
  const split = args.indexOf("--");
  const [own, shared] = split < 0 ? [args, []] : [args.slice(0, split), args.slice(split + 1)];
  const command = new Command("experiment").exitOverride().allowExcessArguments(false)
    .configureOutput({ writeErr: () => {} })
    .requiredOption("--out <folder>", "gets a folder a run")
    .requiredOption("--variant <text>", "a recipe and settings, with spaces between; repeated", gather)
    .option("--seeds <list>", "with commas between", "0,1,2")
    .option("--jobs <n>", "runs at a time", wholeNumber(1), 1);
  if (!parseArguments(command, own)) return 0;
  const flags = command.opts<Flags>();
  const trials = trialsOf(flags, shared);
  await Deno.mkdir(flags.out, { recursive: true });
  await trainAll(trials, flags.jobs);
  return await runMain(["eval", ...trials.flatMap(({ folder }) => ["--run", folder])], undefined, false);
}

try {
  Deno.exitCode = await main(Deno.args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
