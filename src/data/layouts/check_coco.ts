/** What is wrong inside of a COCO JSON: an annotation that means no photo or class would be lost, or be background, unseen. */
import { firstAndMore } from "../../core/first_and_more.ts";
import { quoted, shownValue } from "../../core/shown_text.ts";
import type { PolygonShape, Shape } from "../shapes/shape.ts";
import { type JsonObject, textOf } from "./json_files.ts";

/** Ids that a sentence lists. */
const MOST_LISTED = 10;

/**
 * An id as a Map has it: the number 1 and the text "1" are one, as some tools write both. The word before it is for safety: no
 * file can choose texts of which thousands have one hash.
 */
export function keyOf(id: unknown): string {
  return typeof id === "number" || typeof id === "string" ? `id ${String(id).trim()}` : "none";
}

/** The lists of a file. */
export interface CocoLists {
  readonly images: readonly JsonObject[];
  readonly annotations: readonly JsonObject[];
  readonly categories: readonly JsonObject[];
}

/** Annotations with a place whose `field` is none of some ids: how many, and the first. COCO's panoptic ones have none of both. */
function strangers(
  { annotations }: CocoLists,
  field: "category_id" | "image_id",
  known: readonly JsonObject[],
): { count: number; first: JsonObject } | undefined {
  const keys = new Set(known.map(({ id }) => keyOf(id)));
  const strange = annotations.filter((annotation) =>
    (annotation.segmentation !== undefined || annotation.bbox !== undefined) &&
    !keys.has(keyOf(annotation[field]))
  );
  return strange.length === 0 ? undefined : { count: strange.length, first: strange[0]! };
}

/** The first two entries that share an id and are not of one name. */
function sharedIds(
  entries: readonly JsonObject[],
  field: "name" | "file_name",
): string[] {
  const names = new Map<string, unknown>();
  for (const entry of entries) {
    const key = keyOf(entry.id);
    if (names.has(key) && names.get(key) !== entry[field]) {
      return [
        `id ${shownValue(entry.id)} is that of ${shownValue(names.get(key))} and of ${
          shownValue(entry[field])
        }, expected one id each`,
      ];
    }
    names.set(key, entry[field]);
  }
  return [];
}

/** Problems of a file, each a sentence that begins with a word on its part. */
export function cocoProblems(lists: CocoLists): string[] {
  const { images, categories } = lists;
  const strange = strangers(lists, "category_id", categories);
  const unknown = strange === undefined ? [] : [
    `${strange.count} ${
      strange.count === 1 ? "annotation has" : "annotations have"
    } a category_id of no category, first ${shownValue(strange.first.category_id)} (annotation ${
      shownValue(strange.first.id)
    }), expected one of ${
      firstAndMore(categories, MOST_LISTED, ({ id, name }) => `${shownValue(id)} (${textOf(name) ?? ""})`)
    }`,
  ];
  return [
    ...unknown,
    ...sharedIds(categories, "name").map((text) => `of categories ${text}`),
    ...sharedIds(images, "file_name").map((text) => `of images ${text}`),
  ];
}

/** What of a file is not used. @param path Stands in the sentence */
export function cocoNotes(path: string, lists: CocoLists): string[] {
  const strange = strangers(lists, "image_id", lists.images);
  if (strange === undefined) return [];
  return [
    `${strange.count} annotations of ${quoted(path)} are of photos that it does not list, first image_id ${
      shownValue(strange.first.image_id)
    }: they are not used`,
  ];
}

function ringsOf(shape: Shape): PolygonShape["rings"] {
  return shape.kind === "polygon" ? shape.rings : [];
}

/** Whether the outlines among shapes are in shares of the photos' sides: no coordinate is above 1. */
export function inShares(shapes: readonly Shape[]): boolean {
  const rings = shapes.flatMap(ringsOf);
  return rings.length > 0 && rings.every((ring) => ring.every((value) => value <= 1));
}
