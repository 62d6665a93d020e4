/** Our side of the benchmark in a process of its own: answers words as tools/bench/official_step.py does. */
import { openBackend } from "../../backends/open_backend.ts";
import type { RunConfig } from "../../config/run_config.ts";
import type { ConvolutionPrecision } from "../../nn/precision.ts";
import { threadsWorth } from "../../run/fitting_threads.ts";
import { stepFlops } from "../../run/step_flops.ts";
import { TextLineStream } from "../text_line_stream.ts";
import { type BenchCase, benchCase, type BenchConfig, type BenchSizes } from "./bench_case.ts";
import { loaderWait } from "./loader_wait.ts";
import { machinePeak } from "./machine_peak.ts";
import { launchedOps, timeByOp } from "./op_times.ts";
import { TimedStep } from "./timed_step.ts";

/** What the server is started with, as JSON in its only argument. */
export interface ServerOptions {
  readonly config: BenchConfig;
  readonly sizes: BenchSizes;
  readonly precision: ConvolutionPrecision;
  readonly engine: RunConfig["engine"];
}

/** The most memory that this process has had resident; 0 where the system does not tell. */
function peakBytes(): number {
  if (Deno.build.os !== "linux") return 0;
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

async function seconds(f: () => unknown): Promise<number> {
  const started = performance.now();
  await f();
  return (performance.now() - started) / 1000;
}

async function timeOpByOp(step: TimedStep) {
  await step.step();
  return await timeByOp(() => step.step());
}

async function answerTo(
  word: string,
  one: BenchCase,
  step: TimedStep,
  precision: ConvolutionPrecision,
): Promise<Record<string, unknown>> {
  switch (word) {
    case "step": {
      let loss = NaN;
      const taken = await seconds(async () => loss = await step.step());
      return { seconds: taken, loss };
    }
    case "forward":
      return { seconds: await seconds(() => step.forward()) };
    case "peak":
      return { peakBytes: peakBytes() };
    case "flops":
      return { ...stepFlops(one), machinePeak: machinePeak(precision) };
    case "launched":
      return { launched: await launchedOps(() => step.step()) };
    case "ops":
      // inside of a function nothing can be told apart
      return { ...await timeOpByOp(new TimedStep(one, precision, "eager")) };
    case "wait":
      return { seconds: await loaderWait(one, () => step.step()) };
    default:
      return { error: `Cannot answer "${word}": expected step, forward, peak, flops, launched, ops or wait` };
  }
}

async function main(): Promise<void> {
  const options = JSON.parse(Deno.args[0] ?? "{}") as ServerOptions;
  const one = benchCase(options.config, options.sizes);
  // as `task train` has it
  const threads = threadsWorth(stepFlops(one).dense);
  const { backend } = await openBackend("tensorflow", { threads });
  const step = new TimedStep(one, options.precision, options.engine);
  console.log(JSON.stringify({ device: backend.device, crop: one.crop, parameters: step.size }));
  for await (const word of Deno.stdin.readable.pipeThrough(new TextLineStream())) {
    try {
      console.log(JSON.stringify(await answerTo(word, one, step, options.precision)));
    } catch (error) {
      console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
    }
  }
}

if (import.meta.main) {
  await main();
  Deno.exit(0);
}
