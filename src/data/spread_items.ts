import type { Item } from "./dataset.ts";

/** At most `limit` items, evenly spread; all for 0. */
export function spreadItems(items: readonly Item[], limit: number): readonly Item[] {
  if (limit <= 0 || items.length <= limit) return items;
  return Array.from({ length: limit }, (_, i) => items[Math.floor((i * items.length) / limit)]!);
}
