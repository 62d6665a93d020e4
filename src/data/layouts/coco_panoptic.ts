/** COCO's panoptic files: a PNG a photo, whose colours are numbers of segments, and a JSON that tells the class of each. */
import { basename, dirname, join, posix } from "node:path";
import { quoted, shownValue } from "../../core/shown_text.ts";
import type { SegmentsShape } from "../shapes/shape.ts";
import { keyOf } from "./check_coco.ts";
import type { CocoFile, CocoImage } from "./coco_file.ts";
import { type JsonObject, numberOf, objectsOf, textOf } from "./json_files.ts";

function hasSegments({ segments_info }: JsonObject): boolean {
  return Array.isArray(segments_info);
}

/** Whether a file is panoptic: its annotations tell of segments. */
export function isPanoptic({ lists: { annotations } }: CocoFile): boolean {
  return annotations.length > 0 && annotations.every(hasSegments);
}

/** A sentence on a file in which annotations of both kinds are mixed; none for others. */
export function mixedProblem(path: string, { lists: { annotations } }: CocoFile): string[] {
  const segments = annotations.filter(hasSegments).length;
  if (segments === 0 || segments === annotations.length) return [];
  return [
    `${segments} of the ${annotations.length} annotations of ${
      quoted(path)
    } tell of segments, expected all or none`,
  ];
}

/** Folders in which the PNG files of a panoptic JSON may lie: called as it, beside it, above or within another; or its own. */
function placesOf(path: string): string[] {
  const [folder, stem] = [dirname(path), basename(path).replace(/\.json$/i, "")];
  return [`${folder}/${stem}`, `${folder}/${stem}/${stem}`, stem].map((place) => posix.normalize(place));
}

/** The pictures that are a panoptic JSON's. @param path The JSON */
export function panopticPictures(
  path: string,
  { lists: { annotations } }: CocoFile,
  pictures: ReadonlySet<string>,
): string[] {
  const files = annotations.flatMap(({ file_name }) => textOf(file_name) ?? []);
  return files.flatMap((file) => pictureOf(path, file, pictures) ?? []);
}

/** Finds the PNG of an annotation. */
function pictureOf(path: string, file: string, pictures: ReadonlySet<string>): string | undefined {
  return placesOf(path).map((place) => posix.normalize(`${place}/${file}`)).find((one) => pictures.has(one));
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
