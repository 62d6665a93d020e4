/** How runs at the same time share the machine. */
import { cudaDevices } from "../workers/place_of_process.ts";

/** Runs at a time, and what each has. */
export interface SharedMachine {
  /** At a time. */
  readonly jobs: number;
  /** Variables of a run. @param place From 0, below `jobs` */
  readonly shareOf: (place: number) => Record<string, string>;
  /** In words. */
  readonly text: string;
}

/**
 * As many runs as there are GPUs, each with one; without any as many as cores, with one thread inside of an op each. A
 * number in `TF_NUM_INTRAOP_THREADS` wins.
 * @param runs All runs
 * @param wanted Runs at a time that were asked for
 */
export function sharedMachine(
  runs: number,
  wanted?: number,
  { cores, gpus }: { readonly cores: number; readonly gpus: readonly string[] } = {
    cores: navigator.hardwareConcurrency,
    gpus: cudaDevices(),
  },
): SharedMachine {
  const jobs = Math.max(1, Math.min(wanted ?? (gpus.length || cores), runs));
  // a run that is alone decides by itself
  if (jobs === 1) return { jobs, shareOf: () => ({}), text: "one at a time" };
  const threads = Deno.env.get("TF_NUM_INTRAOP_THREADS") ?? `${Math.max(1, Math.floor(cores / jobs))}`;
  const shareOf = (place: number) => ({
    TF_NUM_INTRAOP_THREADS: threads,
    ...(gpus.length > 1 ? { CUDA_VISIBLE_DEVICES: gpus[place % gpus.length]! } : {}),
  });
  return {
    jobs,
    shareOf,
    text: `${jobs} at a time with ${threads} ${threads === "1" ? "thread" : "threads"} each`,
  };
}
