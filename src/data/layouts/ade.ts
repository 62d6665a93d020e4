/** ADE20K as scene parsing has it: `images/training`, `annotations/training`, `objectInfo150.txt`. */
import { join } from "node:path";
import type { Dataset } from "../dataset.ts";
import { defaultColors } from "../default_colors.ts";
import { isFile, isFolder } from "../image_files.ts";
import { indexRule } from "../index_rule.ts";
import { readTextFile } from "../read_file.ts";
import type { Classes } from "./infer_classes.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { datasetOf } from "./pair_dataset.ts";
import { findPairs } from "./pair_folders.ts";
import { partsOf } from "./parts.ts";

const TITLE = "ADE20K (scene parsing)";
const NAMES = "objectInfo150.txt";

/** Classes 1 to K of the table; 0 means "other" and is left out, as in the official evaluation. */
async function tableClasses(file: string): Promise<Classes> {
  const rows = (await readTextFile(file)).split(/\r?\n/).map((line) => line.split("\t"));
  const named = rows.filter(([index]) => /^\d+$/.test(index!.trim()));
  const classes = named.map((fields) => fields.at(-1)!.trim().split(",")[0]!);
  const colors = defaultColors(classes);
  return {
    classes,
    colors,
    maskRule: indexRule(colors, named.map(([index]) => Number(index)), [0]),
  };
}

async function openAde(root: string, options: OpenLayoutOptions): Promise<Dataset> {
  const found = await findPairs(root, [{ images: "images", masks: "annotations" }]);
  const parts = partsOf(root, found.items, options);
  const notes = [
    ...parts.notes ?? [],
    ...found.notes,
    `0 is left out of the masks, and the classes are 1, 2, 3 … as "${NAMES}" names them`,
  ];
  return datasetOf(root, TITLE, { ...parts, notes }, await tableClasses(join(root, NAMES)));
}

/** Only with its table of names: without, `images` and `annotations` are folders like others. */
export const ADE: LayoutReader<"ade"> = {
  name: "ade",
  title: TITLE,
  expects: `"images", "annotations" and "${NAMES}" (ADE20K)`,
  detect: async (folder) =>
    await isFile(join(folder, NAMES)) && await isFolder(join(folder, "images")) &&
    await isFolder(join(folder, "annotations")),
  open: openAde,
};
