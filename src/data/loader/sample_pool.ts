import { workerUrl } from "../../core/worker_url.ts";
import { DatasetError } from "../../core/errors.ts";
import { createSampleMaker, type Sample, type SampleSettings, type SampleTask } from "./sample_maker.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker_messages.ts";

/** Makes samples somewhere. */
export interface SamplePool {
  /**
   * Makes one sample.
   * @param home Tasks of one home go to one worker, whose cache then has the picture
   */
  make(task: SampleTask, home: number): Promise<Sample>;
  /** Stops; samples under way are never delivered. */
  close(): void;
}

interface Waiting {
  readonly resolve: (sample: Sample) => void;
  readonly reject: (error: Error) => void;
}

function errorOf(answer: Extract<WorkerAnswer, { kind: "failed" }>): Error {
  if (answer.name === "DatasetError") return new DatasetError(answer.message);
  return Object.assign(new Error(answer.message), { name: answer.name });
}

/** One worker with the tasks it has not answered. */
function startWorker(settings: SampleSettings): SamplePool {
  const worker = new Worker(workerUrl(import.meta.url, "worker"), {
    type: "module",
    name: "guidedmix loader",
  });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let stopped: Error | undefined;
  const fail = (error: Error) => {
    stopped = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const send = (request: WorkerRequest) => worker.postMessage(request);
  worker.onmessage = ({ data: answer }: MessageEvent<WorkerAnswer>) => {
    const { resolve, reject } = waiting.get(answer.id)!;
    waiting.delete(answer.id);
    if (answer.kind === "made") resolve(answer.sample);
    else reject(errorOf(answer));
  };
  worker.onerror = (event) => {
    event.preventDefault();
    stopped = new Error(
      `Cannot decode in a Worker: ${event.message}, expected it to run; workers 0 needs none`,
    );
    for (const { reject } of waiting.values()) reject(stopped);
    waiting.clear();
  };
  send({ kind: "start", settings });
  return {
    make(task) {
      if (stopped !== undefined) return Promise.reject(stopped);
      const id = ++lastId;
      send({ kind: "make", id, task });
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    close() {
      worker.terminate();
      fail(new TypeError("Cannot make a sample: the loader is closed, expected an open one"));
    },
  };
}

/**
 * A pool of Workers, or this thread for 0. Samples are the same wherever they are made.
 * @param settings `cacheBytes` is for all workers together
 * @param workers An integer from 0
 */
export function createSamplePool(settings: SampleSettings, workers: number): SamplePool {
  if (workers === 0) {
    const make = createSampleMaker(settings);
    return { make: (task) => make(task), close: () => {} };
  }
  const cacheBytes = Math.floor(settings.cacheBytes / workers);
  const pools = Array.from({ length: workers }, () => startWorker({ ...settings, cacheBytes }));
  return {
    make: (task, home) => pools[home % workers]!.make(task, home),
    close: () => pools.forEach((pool) => pool.close()),
  };
}
