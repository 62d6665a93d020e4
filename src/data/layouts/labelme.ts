/** labelme's JSON as it lies: `a.json` beside `a.jpg`. */
import { dirname, join } from "node:path";
import { quoted } from "../../core/shown_text.ts";
import { type Dataset, sourceName } from "../dataset.ts";
import { defaultColors } from "../default_colors.ts";
import { listPictures } from "../image_files.ts";
import { indexRule } from "../index_rule.ts";
import { throwCollected } from "../problems.ts";
import { findClassNames, hasClassNames } from "./class_files.ts";
import { folderItem } from "./folder_items.ts";
import { holdsJson, type JsonFile, readJsonFiles } from "./json_files.ts";
import {
  hasArea,
  isIgnored,
  isKnownType,
  type LabelmeFile,
  parseLabelme,
  shapesOfLabelme,
} from "./labelme_file.ts";
import type { LayoutReader, OpenLayoutOptions } from "./layout_reader.ts";
import { labelsByName } from "./outlined.ts";
import { datasetOf } from "./pair_dataset.ts";
import { partsOf, type PlacedItem } from "./parts.ts";
import { indexPhotos } from "./photo_index.ts";
import { isBackground } from "./coco_file.ts";
import { splitNamed } from "./split_names.ts";
import { statedSize } from "./stated_size.ts";

const TITLE = "labelme's JSON";

/** Files that are looked at to tell the layout. */
const LOOKED_AT = 5;

type Found = JsonFile<LabelmeFile>;

/** Refuses shapes that nothing names. */
function refuseNameless(root: string, files: readonly Found[]): void {
  const nameless = files.filter(({ content }) => content.shapes.some(({ label }) => label.trim() === ""));
  throwCollected(
    `open dataset "${root}"`,
    nameless.map(({ path }) => `a shape of "${path}" has an empty label, expected the name of its class`),
  );
}

/** Names of a file beside, or all that the shapes have, in alphabetical order; background is first. */
async function classNames(root: string, files: readonly Found[]): Promise<string[]> {
  const used = new Set(files.flatMap(({ content }) => content.shapes.map(({ label }) => label)));
  const own = [...used].filter((label) => !isBackground(label) && !isIgnored(label)).sort();
  if (!await hasClassNames(root)) return own;
  const named = (await findClassNames(root))!.names.filter((name) => !isBackground(name));
  const missing = own.filter((label) => !named.includes(label));
  throwCollected(
    `open dataset "${root}"`,
    missing.map((label) =>
      `shapes are called "${label}", which its file of class names lacks, expected it there`
    ),
  );
  return [...named];
}

function notesOf(files: readonly Found[]): string[] {
  const empty = files.filter(({ content }) => content.shapes.length === 0);
  const thin = files.filter(({ content }) =>
    content.shapes.some((shape) => isKnownType(shape) && !hasArea(shape))
  );
  const unknown = files.flatMap(({ path, content }) => {
    const strange = content.shapes.find((shape) => !isKnownType(shape));
    return strange === undefined ? [] : [{ path, type: strange.type }];
  });
  return [
    ...(empty.length > 0
      ? [
        `${empty.length} JSON files hold no shape: their photos are background as a whole, first "${
          empty[0]!.path
        }"`,
      ]
      : []),
    ...(thin.length > 0
      ? [
        `shapes without an area (points, lines, outlines of two points) are left out of ${thin.length} JSON files, first "${
          thin[0]!.path
        }"`,
      ]
      : []),
    ...unknown.length === 0 ? [] : [
      `shapes of type ${quoted(unknown[0]!.type)}, which is not known, are left out of ${
        unknown.length === 1 ? "a JSON file" : `${unknown.length} JSON files`
      }, first "${unknown[0]!.path}"; drawn as polygons they count`,
    ],
  ];
}

/** A copied JSON often still names the photo that it was of. */
function bothOf(photo: string, first: string, second: string): string {
  return `"${first}" and "${second}" are both of "${photo}" by their imagePath, expected one JSON a photo`;
}

async function openLabelme(root: string, options: OpenLayoutOptions): Promise<Dataset> {
  const files = await readJsonFiles(root, parseLabelme);
  refuseNameless(root, files);
  const names = await classNames(root, files);
  const labels = labelsByName(names);
  const index = indexPhotos(await listPictures(root));
  const problems: string[] = [];
  const masked = new Map<string, PlacedItem>();
  for (const { path, content } of files) {
    const photo = index.find(content.image, [dirname(path)]) ?? index.beside(path);
    if (photo === undefined) {
      problems.push(`"${path}" has no photo, expected "${content.image}" in the folder`);
      continue;
    }
    const before = masked.get(photo)?.item.mask;
    if (before !== undefined) {
      problems.push(bothOf(photo, sourceName(before), path));
      continue;
    }
    const { width, height } = await statedSize(content, join(root, photo));
    const shapes = shapesOfLabelme(content, labels);
    const mask = { kind: "drawn", name: path, width, height, shapes } as const;
    masked.set(photo, {
      item: { ...folderItem(root, photo), mask },
      split: splitNamed(photo.split("/")[0]!),
    });
  }
  throwCollected(`open dataset "${root}"`, problems);
  const items = index.photos.map((photo): PlacedItem =>
    masked.get(photo) ?? { item: folderItem(root, photo), split: splitNamed(photo.split("/")[0]!) }
  );
  const parts = partsOf(root, items, options);
  const classes = ["background", ...names];
  const colors = defaultColors(classes);
  return datasetOf(root, TITLE, { ...parts, notes: [...parts.notes ?? [], ...notesOf(files)] }, {
    classes,
    colors,
    maskRule: indexRule(colors),
  });
}

/** Photos without a JSON are unlabeled. */
export const LABELME: LayoutReader<"labelme"> = {
  name: "labelme",
  title: TITLE,
  expects: '"a.json" beside "a.jpg" (labelme)',
  detect: (root) => holdsJson(root, parseLabelme, { lookedAt: LOOKED_AT }),
  open: openLabelme,
};
