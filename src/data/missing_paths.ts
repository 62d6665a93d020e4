/** Paths that lead to nothing, before anything is loaded for them. */
import { firstAndMore } from "../core/first_and_more.ts";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { quoted } from "../core/shown_text.ts";

/** Missing paths that are named in an error text. */
const SHOWN = 3;

/**
 * Those of the paths that lead to nothing, in their order.
 * @param paths Files and folders
 */
export async function missingPaths(paths: readonly string[]): Promise<string[]> {
  const there = await Promise.all(paths.map((path) => stat(path).then(() => true, () => false)));
  return paths.filter((_, i) => !there[i]);
}

/**
 * What to tell of missing photos and folders of them: up to three are named.
 * @param task What cannot be done, as in `Cannot predict`
 * @param missing At least one
 */
export function missingPhotos(task: string, missing: readonly string[]): ConfigError {
  const names = firstAndMore(missing, SHOWN, quoted);
  const verb = missing.length === 1 ? "does" : "do";
  return new ConfigError(
    `Cannot ${task}: ${names} ${verb} not exist, expected photos or folders of them ` +
      `(looked for ${quoted(resolve(missing[0]!))})`,
  );
}
