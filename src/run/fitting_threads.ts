/** How many threads work inside of an op while small networks are trained. */
import { modelOptions } from "../config/network_of.ts";
import type { RunConfig } from "../config/run_config.ts";
import { stepFlops } from "./step_flops.ts";

/**
 * Floating-point operations of a step below which a second thread costs more than it brings: the ops are so short that
 * threads mostly wait for each other. Measured on two cores, a guidedmix step with one thread and with two: 163 and 220 ms
 * at 6 GFLOP (the demo), 805 and 590 ms at 66 (CamVid).
 */
const WORTH_THREADS = 20e9;

/** The classes are one small convolution of many. */
const SOME_CLASSES = 21;

function flopsOf(config: RunConfig): number {
  const { data: { crop: [height, width] }, batch } = config;
  const model = modelOptions(config, SOME_CLASSES);
  const images = (batch.labeled + batch.unlabeled) / 2;
  return stepFlops({ model, crop: Math.round(Math.sqrt(height * width)), batch: images }).dense;
}

/**
 * Threads inside of an op for a process that trains these runs one after the other: one where all of them have small
 * steps, else `undefined`, which leaves it to the backend. A number in `TF_NUM_INTRAOP_THREADS` wins.
 */
export function fittingThreads(runs: readonly RunConfig[]): 1 | undefined {
  return threadsWorth(Math.max(...runs.map(flopsOf)));
}

/** As `fittingThreads`, by the floating-point operations of the largest step. */
export function threadsWorth(flops: number): 1 | undefined {
  if (Deno.env.get("TF_NUM_INTRAOP_THREADS") !== undefined) return undefined;
  return flops < WORTH_THREADS ? 1 : undefined;
}
