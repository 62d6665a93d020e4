/** Entry of the decoding Workers: answers each task with a sample. The only module of this folder that acts on import. */
import { createSampleMaker, type Sample, type SampleMaker } from "./sample_maker.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker_messages.ts";

interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(answer: WorkerAnswer, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;

let makeSample: SampleMaker | undefined;

function buffersOf({ image, second, plain, warp, label }: Sample): Transferable[] {
  return [image, second, plain, warp, label].flatMap((array) => array === undefined ? [] : [array.buffer]);
}

async function answer(request: WorkerRequest): Promise<void> {
  if (request.kind === "start") {
    makeSample = createSampleMaker(request.settings);
    return;
  }
  const { id, task } = request;
  try {
    if (makeSample === undefined) {
      throw new TypeError("Cannot make a sample: no settings came, expected them first");
    }
    const sample = await makeSample(task);
    scope.postMessage({ kind: "made", id, sample }, buffersOf(sample));
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    scope.postMessage({ kind: "failed", id, name, message });
  }
}

scope.onmessage = ({ data }) => void answer(data);
