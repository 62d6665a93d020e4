/** YOLO's outlines ("segment"): `images/train/a.jpg` and `labels/train/a.txt`, or `train/images` and `train/labels`. */
import { basename, dirname, join } from "node:path";
import { DatasetError } from "../../core/errors.ts";
import { quoted } from "../../core/shown_text.ts";
import type { Dataset } from "../dataset.ts";
import { mapLimited } from "../map_limited.ts";
import { throwCollected } from "../problems.ts";
import { linesOf, readTextFile } from "../read_file.ts";
import { isBackground } from "./coco_file.ts";
import { firstFile } from "./folder_items.ts";
import { listEnding } from "./json_files.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { outlinedDataset, type OutlinedPhoto } from "./outlined.ts";
import { type Split, splitOfFolders } from "./split_names.ts";
import { looksLikeYolo, parseYaml, parseYolo, shapesOfYolo, yamlNames, type YoloShape } from "./yolo_file.ts";
import { type PartOf, partsOfYaml } from "./yolo_parts.ts";

const TITLE = "YOLO's outlines";

/** Files that name the classes, in the order in which they are looked for. */
const YAML: readonly string[] = ["data.yaml", "dataset.yaml", "data.yml", "dataset.yml"];

/** Names, one a line: of darknet and CVAT, of Label Studio and of labelImg. */
const NAMES: readonly string[] = ["obj.names", "data/obj.names", "classes.txt", "labels/classes.txt"];

/** Label files that are looked at to tell the layout; empty ones tell nothing. */
const LOOKED_AT = 50;

/** A label file. */
interface LabelFile {
  /** Below the dataset's folder. */
  readonly path: string;
  readonly shapes: readonly YoloShape[];
}

/** Whether a folder of a path holds label files by its name. */
function isLabelPath(path: string): boolean {
  return path.split("/").slice(0, -1).some((folder) => /^(labels?|obj_\w+_data)$/i.test(folder));
}

async function labelPaths(root: string): Promise<string[]> {
  return (await listEnding(root, /\.txt$/i, 4)).filter((path) =>
    isLabelPath(path) && !/^(classes|readme.*)\.txt$/i.test(basename(path))
  );
}

async function isYolo(root: string): Promise<boolean> {
  for (const path of (await labelPaths(root)).slice(0, LOOKED_AT)) {
    const text = await readTextFile(join(root, path)).catch(() => "");
    if (looksLikeYolo(text)) return true;
  }
  return false;
}

/** What stands beside the label files. */
interface Beside {
  /** The names of the classes by their numbers, and the file that has them. */
  readonly named?: { readonly names: readonly string[]; readonly file: string };
  readonly partOf: PartOf;
  readonly notes: readonly string[];
}

async function readBeside(root: string): Promise<Beside> {
  const file = await firstFile(root, YAML) ?? await onlyYaml(root);
  const yaml = file === undefined ? undefined : parseYaml(await readTextFile(file), file);
  if (yaml?.kpt_shape !== undefined) {
    throw new DatasetError(
      `Cannot open dataset "${root}": its ${
        quoted(basename(file!))
      } tells of key points (kpt_shape), expected outlines`,
    );
  }
  const parts = await partsOfYaml(root, yaml ?? {});
  const names = yaml === undefined ? undefined : yamlNames(yaml, file!);
  if (names !== undefined) return { ...parts, named: { names, file: basename(file!) } };
  const list = await firstFile(root, NAMES);
  if (list === undefined) return parts;
  const lines = linesOf(await readTextFile(list));
  const listed = lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  return { ...parts, named: { names: listed, file: basename(list) } };
}

/** The one file of YAML of a folder, whatever its name. */
async function onlyYaml(root: string): Promise<string | undefined> {
  const [first, ...more] = await listEnding(root, /\.ya?ml$/i, 0);
  return first === undefined || more.length > 0 ? undefined : join(root, first);
}

/** Names of classes where nothing names them: those of their numbers. */
function unnamed(files: readonly LabelFile[]): string[] {
  const highest = files.flatMap(({ shapes }) => shapes).reduce(
    (most, { number }) => Math.max(most, number),
    0,
  );
  return Array.from({ length: highest + 1 }, (_, number) => `class ${number}`);
}

/** Names that leave a number without one, or that two have. */
function nameProblems(names: readonly string[], file: string): string[] {
  const empty = names.findIndex((name) => name.trim() === "");
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  return [
    ...empty < 0 ? [] : [`${quoted(file)} has no name for class ${empty}, expected one each`],
    ...twice === undefined || empty >= 0 ? [] : [
      `${quoted(file)} names ${quoted(twice)} twice, expected each class once`,
    ],
  ];
}

/** Shapes of a class that is not named. */
function unknownClasses(files: readonly LabelFile[], names: readonly string[], file: string): string[] {
  return files.flatMap(({ path, shapes }) => {
    const strange = shapes.find(({ number }) => number >= names.length);
    return strange === undefined ? [] : [
      `${quoted(path)} has class ${strange.number}, and ${
        quoted(file)
      } names ${names.length}, expected numbers below that`,
    ];
  });
}

/** Where the photo of a label file may lie: in `images` in place of `labels`, or beside. */
function foldersOf(path: string): string[] {
  const folder = dirname(path);
  return [folder, folder.replace(/(^|\/)labels?(?=\/|$)(?!.*\/labels?(\/|$))/i, "$1images")];
}

/** The part of a label file's photo: what `data.yaml` says, or else its folders. */
function splitOf(path: string, partOf: PartOf): Split | undefined {
  const stems = foldersOf(path).map((folder) => `${folder}/${basename(path, ".txt")}`);
  // obj_Validation_data of CVAT's YOLO 1.1
  const folders = path.replace(/(^|\/)obj_(\w+)_data\//i, "$1$2/");
  return stems.map(partOf).find((split) => split !== undefined) ?? splitOfFolders(folders);
}

async function openYolo(root: string, options: OpenLayoutOptions): Promise<Dataset> {
  const files = await mapLimited(await labelPaths(root), 16, async (path): Promise<LabelFile> => ({
    path,
    shapes: parseYolo(await readTextFile(join(root, path)), join(root, path)),
  }));
  const { named, partOf, notes: said } = await readBeside(root);
  const all = named?.names ?? unnamed(files);
  throwCollected(
    `open dataset "${root}"`,
    named === undefined ? [] : [...nameProblems(all, named.file), ...unknownClasses(files, all, named.file)],
  );
  const names = [...new Set(all)].filter((name) => !isBackground(name));
  // a background of theirs is ours
  const label = (number: number) => names.indexOf(all[number]!) + 1;
  const photos = files.map(({ path, shapes }): OutlinedPhoto => ({
    path,
    file: basename(path, ".txt"),
    folders: foldersOf(path),
    isExact: true,
    split: splitOf(path, partOf),
    width: 0,
    height: 0,
    shapes: (size) => shapesOfYolo(shapes, label, size),
  }));
  const boxes = files.flatMap(({ shapes }) => shapes).filter(({ isBox }) => isBox).length;
  const empty = files.filter(({ shapes }) => shapes.length === 0);
  const outlines = files.flatMap(({ shapes }) => shapes).filter(({ isBox }) => !isBox);
  const notes = [
    ...outlines.length > 0 && outlines.every(({ ring }) => ring.length === 8)
      ? ["every outline has four corners: if they are turned boxes (OBB), more than the class is in them"]
      : [],
    ...said,
    ...empty.length === 0 ? [] : [
      `${empty.length} label files are empty: their photos are background as a whole, first ${
        quoted(empty[0]!.path)
      }`,
    ],
    ...named === undefined ? [`no "data.yaml" names the classes: they are called by their numbers`] : [],
  ];
  return await outlinedDataset(
    root,
    TITLE,
    { names, photos, boxes, notes },
    "outlines: a class and three corners or more a line",
    options,
  );
}

/** Classes are the names by their numbers, after a background of what no outline covers. */
export const YOLO: LayoutReader<"yolo"> = {
  name: "yolo",
  title: TITLE,
  expects: '"images" and "labels" of texts, with a "data.yaml" (YOLO)',
  detect: isYolo,
  open: openYolo,
};
