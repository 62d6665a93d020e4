/** COCO's panoptic files: a PNG a photo, whose colours are numbers of segments, and a JSON that tells the class of each. */
import { basename, dirname, join, posix } from "node:path";
import { quoted, shownValue } from "../../core/shown_text.ts";
import type { SegmentsShape } from "../shapes/shape.ts";
import { keyOf } from "./check_coco.ts";
import type { CocoFile, CocoImage } from "./coco_file.ts";
import { type JsonObject, numberOf, objectsOf, textOf } from "./json_files.ts";

/** Whether a file is panoptic: one of its annotations tells of segments. */
export function isPanoptic({ lists }: CocoFile): boolean {
  return lists.annotations.some(({ segments_info }) => Array.isArray(segments_info));
}

/** Finds the PNG of an annotation: in the folder that is called as the JSON, beside it or above, or beside. */
function pictureOf(path: string, file: string, pictures: ReadonlySet<string>): string | undefined {
  const [folder, stem] = [dirname(path), basename(path).replace(/\.json$/i, "")];
  const places = [`${folder}/${stem}`, `${folder}/${stem}/${stem}`, stem, folder];
  return places.map((place) => posix.normalize(`${place}/${file}`)).find((one) => pictures.has(one));
}

/** The class of each segment, or a sentence on one that has none. */
function labelsOf(
  { segments_info }: JsonObject,
  { names }: CocoFile,
  labels: ReadonlyMap<string, number>,
): (readonly [number, number])[] | string {
  const found: (readonly [number, number])[] = [];
  for (const { id, category_id } of objectsOf(segments_info)) {
    const [number, name] = [numberOf(id), names.get(keyOf(category_id))];
    if (number === undefined || name === undefined) {
      return `has segment ${shownValue(id)} of category_id ${
        shownValue(category_id)
      }, expected one of its categories`;
    }
    // a background of theirs is ours
    found.push([number, labels.get(name) ?? 0]);
  }
  return found;
}

/**
 * The segments of a photo.
 * @param path The JSON, below `root`
 * @param pictures Of the dataset, below `root`
 * @returns `undefined` for a photo without an annotation, a sentence where its PNG is missing or a segment has no class
 */
export function panopticShape(
  coco: CocoFile,
  image: CocoImage,
  labels: ReadonlyMap<string, number>,
  { root, path, pictures }: {
    readonly root: string;
    readonly path: string;
    readonly pictures: ReadonlySet<string>;
  },
): SegmentsShape | string | undefined {
  const [annotation] = coco.annotations.get(image.id) ?? [];
  if (annotation === undefined) return undefined;
  const file = textOf(annotation.file_name) ?? image.file.replace(/\.\w+$/, ".png");
  const picture = pictureOf(path, file, pictures);
  const name = quoted(file);
  if (picture === undefined) {
    return `${name} of ${quoted(path)} is not there, expected it in a folder ${
      quoted(basename(path).replace(/\.json$/i, ""))
    } beside`;
  }
  const segments = labelsOf(annotation, coco, labels);
  return typeof segments === "string"
    ? `${name} of ${quoted(path)} ${segments}`
    : { kind: "segments", path: join(root, picture), segments };
}
