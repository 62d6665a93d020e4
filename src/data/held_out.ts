import type { Dataset } from "./dataset.ts";

/** How many pairs are held out for val, where nothing says which; `undefined` where something does. */
export function heldOutText({ val, drawnFrom }: Pick<Dataset, "val" | "drawnFrom">): string | undefined {
  return drawnFrom === undefined ? undefined : `${val.length} of ${drawnFrom} pairs are held out for val`;
}
