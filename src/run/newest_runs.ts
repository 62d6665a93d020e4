/** Runs that a person may have meant. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Runs that a sentence names. */
const NAMED = 3;

/** Folders that are looked into at each level. */
const MOST_FOLDERS = 200;

/** When a run's configuration was written; `undefined` where there is none. */
async function timeOf(folder: string): Promise<number | undefined> {
  try {
    return (await stat(join(folder, "config.toml"))).mtimeMs;
  } catch {
    return undefined;
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).slice(0, MOST_FOLDERS).map(({ name }) =>
      join(folder, name)
    );
  } catch {
    return []; // missing, or not to be listed: it names nothing
  }
}

/**
 * The runs in a folder and in the folders there, such as `runs/first` and `runs/demo/guidedmix`, newest first.
 * @returns Paths of up to three, and how many more there are
 */
export async function newestRuns(
  folder: string,
): Promise<{ readonly shown: readonly string[]; readonly more: number }> {
  const found: { readonly path: string; readonly time: number }[] = [];
  for (const path of await foldersIn(folder)) {
    const time = await timeOf(path);
    const inside = time === undefined ? await foldersIn(path) : [];
    for (const one of [path, ...inside]) {
      const own = one === path ? time : await timeOf(one);
      if (own !== undefined) found.push({ path: one, time: own });
    }
  }
  const paths = found.sort((a, b) => b.time - a.time).map(({ path }) => path);
  return { shown: paths.slice(0, NAMED), more: Math.max(0, paths.length - NAMED) };
}
