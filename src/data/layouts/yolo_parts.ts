/** The parts that a `data.yaml` of YOLO puts photos into: folders, or lists of photos. */
import { join } from "node:path";
import { isFile, isFolder, withoutEnding } from "../image_files.ts";
import { linesOf, readTextFile } from "../read_file.ts";
import { listOf } from "./json_files.ts";
import type { Split } from "./split_names.ts";

/** Keys of a `data.yaml`; a photo of two parts counts in test before val, and in val before train. */
const KEYS: readonly Split[] = ["test", "val", "train"];

/** Names of a path, without steps up or none. */
function namesOf(path: string): string[] {
  return path.replaceAll("\\", "/").split("/").filter((name) => !["", ".", ".."].includes(name));
}

/** A path and what is left of it without its first name, its first two …: what it may be below the dataset's folder. */
function endsOf(path: string): string[] {
  const names = namesOf(path);
  return names.map((_, first) => names.slice(first).join("/"));
}

/** A folder or file that a path means below the dataset's folder, whatever lies before it: paths are of another machine. */
async function foundAt(
  root: string,
  path: string,
  is: (path: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const end of endsOf(path)) {
    if (await is(join(root, end))) return end;
  }
  return undefined;
}

/** Tells the part of a photo by its path below the dataset's folder, without its ending. */
export type PartOf = (stem: string) => Split | undefined;

/** What one entry of a part holds. */
async function entryHolds(root: string, entry: string): Promise<((stem: string) => boolean) | undefined> {
  if (!entry.endsWith(".txt")) {
    const folder = await foundAt(root, entry, isFolder);
    return folder === undefined ? undefined : (stem) => stem.startsWith(`${folder}/`);
  }
  const file = await foundAt(root, entry, isFile);
  if (file === undefined) return undefined;
  const lines = linesOf(await readTextFile(join(root, file)));
  const stems = new Set(lines.flatMap((line) => endsOf(withoutEnding(line))));
  return (stem) => stems.has(stem);
}

/**
 * Reads the parts of a `data.yaml`.
 * @param yaml What it holds
 * @returns With sentences on entries that are not below the dataset's folder
 */
export async function partsOfYaml(
  root: string,
  yaml: Readonly<Record<string, unknown>>,
): Promise<{ partOf: PartOf; notes: string[] }> {
  const parts: { split: Split; holds: (stem: string) => boolean }[] = [];
  const notes: string[] = [];
  for (const split of KEYS) {
    const entries = typeof yaml[split] === "string" ? [yaml[split]] : listOf(yaml[split]);
    for (const entry of entries.filter((one) => typeof one === "string")) {
      const holds = await entryHolds(root, entry);
      if (holds !== undefined) parts.push({ split, holds });
      else if (split !== "test") {
        notes.push(`"data.yaml" says ${split}: ${entry}, which is not in the folder`);
      }
    }
  }
  return { partOf: (stem) => parts.find(({ holds }) => holds(stem))?.split, notes };
}
