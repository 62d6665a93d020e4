import { fileURLToPath } from "node:url";
import type { RunConfig } from "../../config/run_config.ts";
import type { ConvolutionPrecision } from "../../nn/precision.ts";
import { type Answer, AskedProcess } from "./asked_process.ts";
import type { BenchConfig, BenchSizes } from "./bench_case.ts";
import type { OpTime } from "./op_times.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** What is timed. */
export interface BenchOptions {
  readonly config: BenchConfig;
  readonly sizes: BenchSizes;
  readonly precision: ConvolutionPrecision;
  /** How our steps run. */
  readonly engine: RunConfig["engine"];
  /** How often each side runs, after two runs that are not counted. */
  readonly rounds: number;
  /** A checkout of the official repository, to run its step beside ours. */
  readonly official?: string;
  /** A Python with what the official code needs. */
  readonly python: string;
}

/** Times and memory of one side. */
export interface SideResult {
  readonly step: Spread;
  readonly forward: Spread;
  /** Most resident memory of its process. */
  readonly peakBytes: number;
}

/** A whole benchmark. */
export interface BenchResult {
  readonly config: BenchConfig;
  readonly mitrans: string | null;
  readonly precision: ConvolutionPrecision;
  readonly engine: RunConfig["engine"];
  /** TensorFlow ops and functions that a step of ours launches. */
  readonly launched: number;
  readonly crop: number;
  readonly parameters: number;
  readonly device: string;
  readonly ours: SideResult;
  readonly official?: SideResult;
  /** Median time of the official step divided by ours: above 1, ours is faster. */
  readonly ratio?: number;
  /** The same of prediction alone. */
  readonly forwardRatio?: number;
  /** Our peak of resident memory divided by the official one's. */
  readonly memoryRatio?: number;
  /** Floating-point operations of a step, see `StepFlops`. */
  readonly flops: { readonly dense: number; readonly needed: number };
  /** Floating-point operations a second of a large matrix product. */
  readonly machinePeak: number;
  /** Needed operations a second of our step as a share of that peak. */
  readonly shareOfPeak: number;
  /** Mean time that a step waits for its batch, in seconds. */
  readonly waiting: number;
  /** One step op by op, by kinds of ops; with the whole time, which holds the program's own too. */
  readonly ops: { readonly wholeMs: number; readonly ops: readonly OpTime[] };
}

const WARM_UPS = 2;

interface Side {
  readonly process: AskedProcess;
  readonly step: number[];
  readonly forward: number[];
}

async function startOurs({ config, sizes, precision, engine }: BenchOptions) {
  const server = fileURLToPath(new URL("step_server.ts", import.meta.url));
  // all permissions: Deno lets nothing less read /proc, where the peak of memory stands
  const args = ["run", "-q", "-A", server, JSON.stringify({ config, sizes, precision, engine })];
  return await AskedProcess.start(Deno.execPath(), args);
}

async function startOfficial({ official, python, config, sizes }: BenchOptions) {
  const script = fileURLToPath(new URL("../../../tools/bench/official_step.py", import.meta.url));
  const { mitrans, crop, batch } = sizes;
  return await AskedProcess.start(python, [
    script,
    ...["--official", official!, "--config", config],
    ...(mitrans === undefined ? [] : ["--mitrans", mitrans]),
    ...(crop === undefined ? [] : ["--crop", String(crop)]),
    ...(batch === undefined ? [] : ["--batch", String(batch)]),
  ]);
}

async function secondsOf(process: AskedProcess, word: string): Promise<number> {
  return Number((await process.ask(word)).seconds);
}

/** Runs all sides in turns, so that other work on the machine meets them alike. */
async function alternate(
  sides: readonly Side[],
  rounds: number,
  told: (text: string) => void,
): Promise<void> {
  for (let round = -WARM_UPS; round < rounds; round++) {
    told(round < 0 ? "warming up" : `round ${round + 1} of ${rounds}`);
    for (const word of ["step", "forward"] as const) {
      for (const side of sides) {
        const seconds = await secondsOf(side.process, word);
        if (round >= 0) side[word].push(seconds);
      }
    }
  }
}

async function resultOf({ process, step, forward }: Side): Promise<SideResult> {
  const peak = await process.ask("peak");
  return {
    step: spreadOf(step),
    forward: spreadOf(forward),
    peakBytes: Number(peak.peakBytes ?? peak.peak_bytes),
  };
}

function ratios(ours: SideResult, official: SideResult | undefined) {
  if (official === undefined) return {};
  return {
    official,
    ratio: official.step.median / ours.step.median,
    forwardRatio: official.forward.median / ours.forward.median,
    memoryRatio: ours.peakBytes / official.peakBytes,
  };
}

function joined(options: BenchOptions, about: Answer, ours: SideResult, flops: Answer) {
  const { dense, needed, machinePeak } = flops as Record<string, number>;
  return {
    config: options.config,
    mitrans: options.sizes.mitrans ?? null,
    precision: options.precision,
    engine: options.engine,
    crop: Number(about.crop),
    parameters: Number(about.parameters),
    device: String(about.device),
    ours,
    flops: { dense: dense!, needed: needed! },
    machinePeak: machinePeak!,
    shareOfPeak: needed! / ours.step.median / machinePeak!,
  };
}

/**
 * Times our step and, with a checkout, the official one in the same run, each in a process of its own.
 * @param told Hears how far it is
 * @throws {Error} If a process does not start or ends
 */
export async function runBench(options: BenchOptions, told: (text: string) => void): Promise<BenchResult> {
  await using closed = new AsyncDisposableStack();
  const { process, about } = await startOurs(options);
  closed.use(process);
  const sides: Side[] = [{ process, step: [], forward: [] }];
  if (options.official !== undefined) {
    const started = await startOfficial(options);
    closed.use(started.process);
    sides.push({ process: started.process, step: [], forward: [] });
  }
  await alternate(sides, options.rounds, told);
  // before the measures below, which take memory of their own
  const [ours, official] = await Promise.all(sides.map(resultOf));
  told("machine's peak, time by op, waiting for data");
  return {
    ...joined(options, about, ours!, await process.ask("flops")),
    ...ratios(ours!, official),
    launched: Number((await process.ask("launched")).launched),
    ops: await process.ask("ops") as unknown as BenchResult["ops"],
    waiting: await secondsOf(process, "wait"),
  };
}
