import type { MaskCount } from "./count_masks.ts";

/** Workers that count masks. */
export interface MaskWorkers {
  /** Groups that may be under way at one time. */
  readonly atOnce: number;
  /** Counts the files of one group. */
  count(paths: readonly string[]): Promise<MaskCount[]>;
  /** Ends the Workers. */
  close(): void;
}

/** More would wait for the disk. */
const MOST_THREADS = 8;

function workerUrl(): URL {
  // published as npm package, the files are compiled to JavaScript
  const ending = new URL(import.meta.url).pathname.endsWith(".js") ? "js" : "ts";
  return new URL(`./mask_worker.${ending}`, import.meta.url);
}

function ask(worker: Worker, paths: readonly string[]): Promise<MaskCount[]> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<MaskCount[]>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`Cannot count masks in a Worker: ${event.message}, expected it to run`));
    };
    worker.postMessage(paths);
  });
}

/** Starts a Worker for each processor, up to eight. */
export function startMaskWorkers(): MaskWorkers {
  const count = Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency));
  const all = Array.from(
    { length: count },
    () => new Worker(workerUrl(), { type: "module", name: "guidedmix masks" }),
  );
  const idle = [...all];
  return {
    atOnce: count,
    async count(paths) {
      const worker = idle.pop()!;
      const counted = await ask(worker, paths);
      idle.push(worker);
      return counted;
    },
    close: () => all.forEach((worker) => worker.terminate()),
  };
}
