/** Photos that one or more label files list. */
import type { DrawnSource } from "../dataset.ts";
import type { Shape } from "../shapes/shape.ts";
import type { PlacedItem } from "./parts.ts";
import type { Split } from "./split_names.ts";

/** A photo as a file lists it. */
export interface ListedPhoto extends PlacedItem {
  /** The file. */
  readonly path: string;
}

/** Which part counts for a photo that files put into several: no photo of val or test is learned. */
const NARROWEST: readonly (Split | undefined)[] = ["test", "val", "train", undefined];

function drawnOf({ item: { mask } }: ListedPhoto): DrawnSource[] {
  return mask?.kind === "drawn" ? [mask] : [];
}

/** Shapes of all files, each once: COCO's key points come with the outlines that the instances have too. */
function shapesOnce(all: readonly ListedPhoto[]): Shape[] {
  const shapes = new Map<string, Shape>();
  for (const shape of all.flatMap(drawnOf).flatMap((mask) => mask.shapes)) {
    const key = JSON.stringify(shape);
    if (!shapes.has(key)) shapes.set(key, shape);
  }
  return [...shapes.values()];
}

/** A photo that is listed, and what became of it. */
interface Together {
  readonly photo: ListedPhoto;
  readonly all: readonly ListedPhoto[];
  /** Whether it has shapes of several files. */
  readonly isMixed: boolean;
}

/** What several files say of one photo: all of their shapes, in the narrowest of their parts. */
function together(all: readonly ListedPhoto[]): Together {
  const [first, ...more] = all as readonly [ListedPhoto, ...ListedPhoto[]];
  if (more.length === 0) return { photo: first, all, isMixed: false };
  const masks = all.flatMap(drawnOf);
  const [mask] = masks;
  const split = NARROWEST.find((one) => all.some((listed) => listed.split === one));
  if (mask === undefined) return { photo: { ...first, split }, all, isMixed: false };
  const shapes = shapesOnce(all);
  const photo = { ...first, item: { ...first.item, mask: { ...mask, shapes } }, split };
  return { photo, all, isMixed: masks.every((one) => one.shapes.length < shapes.length) };
}

/** Files that state two sizes of a photo: their outlines do not fit each other. */
function sizeProblems({ photo: { item: { id } }, all }: Together): string[] {
  const sizes = new Set(all.flatMap(drawnOf).map(({ width, height }) => `${width} × ${height}`));
  return sizes.size < 2
    ? []
    : [`"${id}" is ${[...sizes].join(" and ")} by ${filesOf(all)}, expected one size`];
}

function filesOf(all: readonly ListedPhoto[]): string {
  return [...new Set(all.map(({ path }) => `"${path}"`))].join(", ");
}

/**
 * Each photo once, whatever number of files list it.
 * @returns With sentences on what was put together, and on what cannot be
 */
export function listedOnce(
  items: readonly ListedPhoto[],
): { listed: ListedPhoto[]; notes: string[]; problems: string[] } {
  const byId = new Map<string, ListedPhoto[]>();
  for (const one of items) {
    const known = byId.get(one.item.id);
    if (known === undefined) byId.set(one.item.id, [one]);
    else known.push(one);
  }
  const photos = [...byId.values()].map(together);
  const mixed = photos.filter(({ isMixed }) => isMixed);
  const parted = photos.filter(({ all }) => new Set(all.flatMap(({ split }) => split ?? [])).size > 1);
  const told = (found: readonly Together[], text: string) => {
    const [first] = found;
    if (first === undefined) return [];
    return [`${found.length} photos ${text}, first "${first.photo.item.id}" (${filesOf(first.all)})`];
  };
  return {
    listed: photos.map(({ photo }) => photo),
    problems: photos.flatMap(sizeProblems),
    notes: [
      ...told(mixed, "have shapes of several label files, which are put together"),
      ...told(parted, "are listed in several parts and count in test before val, and in val before train"),
    ],
  };
}

/** What is said of the photos that files list. @param boxes Annotations without an outline */
export function listedNotes(listed: readonly ListedPhoto[], boxes: number): string[] {
  const bare = listed.filter(({ item }) => item.mask === undefined);
  return [
    ...(boxes > 0 ? [`${boxes} annotations are boxes without an outline: their pixels are left out`] : []),
    ...(bare.length > 0
      ? [
        `${bare.length} photos that label files list have no annotation and are unlabeled, first "${
          bare[0]!.item.id
        }"`,
      ]
      : []),
  ];
}
