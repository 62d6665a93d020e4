/** Work on many files, a part of them at a time, in Workers where they are many. */
import type { Source } from "./dataset.ts";
import { mapLimited } from "./map_limited.ts";

/** Told how many files were read. */
export type FileProgress = (done: number, total: number) => void;

/** How files are read. */
export interface PartsOptions<R> {
  /** What is made of one. */
  readonly here: (source: Source) => Promise<R>;
  /** A module that answers parts, by {@link answerParts}, with the same. */
  readonly worker: { readonly url: URL; readonly name: string };
  /** Fewer files are read sooner than Workers start. */
  readonly worthWorkers: number;
  /** Files in one part. */
  readonly part: number;
  /** Workers for many files; the number of cores, at most 4, by default; 0 reads all in this thread. */
  readonly workers?: number;
  /** Told of each part. */
  readonly onProgress?: FileProgress;
}

/** Answers a part, in the order of its files. */
type Ask<R> = (sources: readonly Source[]) => Promise<readonly R[]>;

function defaultWorkers(): number {
  return Math.min(4, Math.max(1, navigator.hardwareConcurrency));
}

/** A Worker that answers one part at a time. */
function startWorker<R>({ url, name }: PartsOptions<R>["worker"]): { ask: Ask<R>; close: () => void } {
  const worker = new Worker(url, { type: "module", name: `guidedmix ${name}` });
  return {
    ask: (sources) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<readonly R[]>) => resolve(data);
        worker.onerror = (event) => {
          event.preventDefault();
          reject(new Error(`Cannot read ${name} in a Worker: ${event.message}`));
        };
        worker.postMessage(sources);
      }),
    close: () => worker.terminate(),
  };
}

/** Reads files by several askers, each taking the next part. */
async function askAll<R>(
  sources: readonly Source[],
  askers: readonly Ask<R>[],
  { part, onProgress }: PartsOptions<R>,
): Promise<R[]> {
  const count = Math.ceil(sources.length / part);
  const found = new Array<readonly R[]>(count);
  let [next, done] = [0, 0];
  await Promise.all(askers.map(async (ask) => {
    while (next < count) {
      const at = next++;
      const own = sources.slice(at * part, (at + 1) * part);
      found[at] = await ask(own);
      onProgress?.(done += own.length, sources.length);
    }
  }));
  return found.flat();
}

/** What is made of each file, in their order. */
export async function readInParts<R>(sources: readonly Source[], options: PartsOptions<R>): Promise<R[]> {
  const { here, worker, worthWorkers, workers: count = defaultWorkers() } = options;
  if (count === 0 || sources.length < worthWorkers) {
    return await askAll(sources, [(part) => mapLimited(part, 1, here)], options);
  }
  const workers = Array.from({ length: count }, () => startWorker<R>(worker));
  try {
    return await askAll(sources, workers.map(({ ask }) => ask), options);
  } finally {
    workers.forEach((one) => one.close());
  }
}

interface WorkerScope {
  onmessage: ((event: MessageEvent<readonly Source[]>) => void) | null;
  postMessage(found: readonly unknown[]): void;
}

/** Makes this Worker answer parts, one file after the other. */
export function answerParts(here: (source: Source) => Promise<unknown>): void {
  const scope = globalThis as unknown as WorkerScope;
  scope.onmessage = async ({ data }) => scope.postMessage(await mapLimited(data, 1, here));
}
