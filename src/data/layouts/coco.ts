/** COCO's JSON as it lies: `annotations/instances_train2017.json`, `train/_annotations.coco.json`, `result.json` … */
import { basename, dirname, join } from "node:path";
import { quoted } from "../../core/shown_text.ts";
import type { Dataset, DrawnSource } from "../dataset.ts";
import { defaultColors } from "../default_colors.ts";
import { listPictures } from "../image_files.ts";
import { indexRule } from "../index_rule.ts";
import { throwCollected } from "../problems.ts";
import { cocoNotes, cocoProblems, inShares } from "./check_coco.ts";
import { type CocoFile, cocoShapes, isBackground, parseCoco } from "./coco_file.ts";
import { folderItem } from "./folder_items.ts";
import { listJson, readJson, tryJson } from "./json_files.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { datasetOf } from "./pair_dataset.ts";
import { listedNotes, listedOnce, type ListedPhoto } from "./listed_photos.ts";
import { partsOf } from "./parts.ts";
import { indexPhotos, type PhotoIndex } from "./photo_index.ts";
import { type Split, splitNamed } from "./split_names.ts";
import { statedSize } from "./stated_size.ts";

const TITLE = "COCO's JSON";

/** JSON files that are looked at to tell the layout. */
const LOOKED_AT = 50;

/** Folders below a dataset's that are looked into. */
const DEPTH = 2;

interface Found {
  /** Below the dataset's folder. */
  readonly path: string;
  readonly coco: CocoFile;
}

async function isCoco(root: string): Promise<boolean> {
  for (const path of (await listJson(root, DEPTH)).slice(0, LOOKED_AT)) {
    if (parseCoco(await tryJson(join(root, path))) !== undefined) return true;
  }
  return false;
}

async function cocoFiles(root: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const path of await listJson(root, DEPTH)) {
    const coco = parseCoco(await readJson(join(root, path)));
    if (coco !== undefined) found.push({ path, coco });
  }
  throwCollected(
    `open dataset "${root}"`,
    found.flatMap(({ path, coco }) => cocoProblems(coco.lists).map((text) => `in ${quoted(path)} ${text}`)),
  );
  return found;
}

/** Words of a file's name after `instances_` and the like: `train2017`, `default`. */
function subsetOf(path: string): string {
  return basename(path).replace(/\.json$/i, "").replace(/^.*?(instances|annotations?|coco)[_.-]?/i, "");
}

/** The part that a file's name or folder says. */
function splitOf(path: string): Split | undefined {
  const words = [subsetOf(path), basename(path).replace(/\.json$/i, ""), basename(dirname(path))];
  return words.flatMap((word) => [word, ...word.split(/[_.-]/)]).map(splitNamed).find((split) =>
    split !== undefined
  );
}

/** Folders in which a file's photos may lie, the likeliest last. */
function foldersOf(path: string): string[] {
  const [folder, subset] = [dirname(path), subsetOf(path)];
  const above = dirname(folder);
  return [
    above,
    `${above}/images`,
    folder,
    `${folder}/images`,
    `${above}/images/${subset}`,
    `${above}/${subset}`,
  ];
}

/** Names of all files' categories that are used, in the order of their ids; a background of theirs is ours. */
function classNames(files: readonly Found[]): string[] {
  const names = new Set<string>();
  for (const { coco } of files) {
    for (const { name } of coco.categories) if (!isBackground(name)) names.add(name);
  }
  return [...names];
}

interface Opened {
  readonly items: ListedPhoto[];
  readonly problems: string[];
  /** Annotations that are boxes only. */
  boxes: number;
}

async function addFile(
  { path, coco }: Found,
  root: string,
  index: PhotoIndex,
  labels: ReadonlyMap<string, number>,
  opened: Opened,
): Promise<void> {
  const split = splitOf(path);
  const drawn: DrawnSource[] = [];
  for (const image of coco.images) {
    const photo = index.find(image.file, foldersOf(path));
    if (photo === undefined) {
      opened.problems.push(`"${image.file}" of "${path}" has no photo, expected it in the folder, once`);
      continue;
    }
    const { shapes, boxes } = cocoShapes(coco, image, labels);
    opened.boxes += boxes;
    const { width, height } = await statedSize(image, join(root, photo));
    const mask: DrawnSource = { kind: "drawn", name: `${path}, ${image.file}`, width, height, shapes };
    const item = folderItem(root, photo);
    opened.items.push({ item: shapes.length === 0 ? item : { ...item, mask }, split, path });
    drawn.push(mask);
  }
  if (inShares(drawn)) {
    opened.problems.push(
      `outlines of "${path}" have no coordinate above 1, expected columns and rows in pixels; multiply them by the photos' sides`,
    );
  }
}

async function openCoco(root: string, options: OpenLayoutOptions): Promise<Dataset> {
  const files = await cocoFiles(root);
  const names = classNames(files);
  const labels = new Map(names.map((name, i) => [name, i + 1]));
  const index = indexPhotos(await listPictures(root));
  const opened: Opened = { items: [], problems: [], boxes: 0 };
  for (const file of files) await addFile(file, root, index, labels, opened);
  const { listed, notes, problems } = listedOnce(opened.items);
  throwCollected(`open dataset "${root}"`, [...opened.problems, ...problems]);
  const known = new Set(listed.map(({ item }) => item.id));
  const rest = index.photos.filter((path) => !known.has(path)).map((path) => ({
    item: folderItem(root, path),
  }));
  const outlined = listed.some(({ item: { mask } }) =>
    mask?.kind === "drawn" && mask.shapes.some(({ label }) => label !== 255)
  );
  if (!outlined) {
    throwCollected(`open dataset "${root}"`, [
      `${
        files.map(({ path }) => `"${path}"`).join(", ")
      } holds ${opened.boxes} boxes and no outline, expected polygons ` +
      "or RLE in segmentation",
    ]);
  }
  const parts = partsOf(root, [...listed, ...rest], options);
  const classes = ["background", ...names];
  const colors = defaultColors(classes);
  const said = [
    ...parts.notes ?? [],
    ...notes,
    ...files.flatMap(({ path, coco }) => cocoNotes(path, coco.lists)),
    ...listedNotes(listed, opened.boxes),
  ];
  return datasetOf(root, TITLE, { ...parts, notes: said }, {
    classes,
    colors,
    maskRule: indexRule(colors),
  });
}

/** Classes are the categories by their ids, after a background of what no shape covers. */
export const COCO: LayoutReader<"coco"> = {
  name: "coco",
  title: TITLE,
  expects: "a COCO JSON with images, annotations and categories",
  detect: isCoco,
  open: openCoco,
};
