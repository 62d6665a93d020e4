/** Entry of the Workers that paint large predictions. It acts on import. */
import { type PaintedStrip, paintStrip, type StripTask } from "./picture_strip.ts";

/** What a Worker answers. */
export type PaintAnswer = { readonly painted: PaintedStrip } | { readonly failed: string };

interface WorkerScope {
  onmessage: ((event: MessageEvent<StripTask>) => void) | null;
  postMessage(answer: PaintAnswer, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }) => {
  try {
    const painted = paintStrip(data);
    const { index, color, overlay } = painted;
    scope.postMessage({ painted }, [index, color, overlay].map(({ deflated }) => deflated.buffer));
  } catch (error) {
    scope.postMessage({ failed: error instanceof Error ? error.message : String(error) });
  }
};
