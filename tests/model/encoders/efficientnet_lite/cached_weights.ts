import { existsSync } from "node:fs";
import { join } from "node:path";

/** The published file of Lite0. */
export const WHOLE_WEIGHTS = "efficientnet-lite0-57934424.pth";

/** Where the published file lies in the cache; `undefined` where it does not: tests fetch nothing. */
export function cachedWeights(): string | undefined {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/", ".cache");
  const path = join(cache, "guidedmix", "weights", WHOLE_WEIGHTS);
  return existsSync(path) ? path : undefined;
}
