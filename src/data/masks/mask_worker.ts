/** Entry of the Workers that count masks: answers a list of paths with a histogram each. */
import { mapLimited } from "../map_limited.ts";
import { countMask, type MaskCount } from "./count_masks.ts";

interface WorkerScope {
  onmessage: ((event: MessageEvent<readonly string[]>) => void) | null;
  postMessage(answer: MaskCount[]): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }) =>
  void mapLimited(data, 4, countMask).then((counted) => scope.postMessage(counted));
