/** Photos that one or more JSON files list. */
import type { PlacedItem } from "./parts.ts";
import type { Split } from "./split_names.ts";

/** A photo as a file lists it. */
export interface ListedPhoto extends PlacedItem {
  /** The file. */
  readonly path: string;
}

/** Which part counts for a photo that files put into several: no photo of val or test is learned. */
const NARROWEST: readonly (Split | undefined)[] = ["test", "val", "train", undefined];

/** What several files say of one photo: all of their shapes, in the narrowest of their parts. */
function together(all: readonly ListedPhoto[]): ListedPhoto {
  const masks = all.flatMap(({ item: { mask } }) => mask?.kind === "drawn" ? [mask] : []);
  const [first] = all as readonly [ListedPhoto];
  const [mask] = masks;
  const split = NARROWEST.find((one) => all.some((listed) => listed.split === one));
  if (mask === undefined) return { ...first, split };
  const shapes = masks.flatMap((one) => one.shapes);
  return { ...first, item: { ...first.item, mask: { ...mask, shapes } }, split };
}

/** Each photo once, whatever number of files list it. @returns With sentences on what was put together */
export function listedOnce(items: readonly ListedPhoto[]): { listed: ListedPhoto[]; notes: string[] } {
  const byId = new Map<string, ListedPhoto[]>();
  for (const one of items) {
    const known = byId.get(one.item.id);
    if (known === undefined) byId.set(one.item.id, [one]);
    else known.push(one);
  }
  const groups = [...byId.values()];
  const annotated = groups.map((group) => group.filter(({ item }) => item.mask !== undefined))
    .filter((group) => group.length > 1);
  const parted = groups.filter((group) => new Set(group.flatMap(({ split }) => split ?? [])).size > 1);
  const first = (group: readonly ListedPhoto[]) =>
    `first "${group[0]!.item.id}" (${[...new Set(group.map(({ path }) => `"${path}"`))].join(", ")})`;
  return {
    listed: groups.map(together),
    notes: [
      ...annotated.length === 0 ? [] : [
        `shapes of several JSON files are put together for ${annotated.length} photos, ${
          first(annotated[0]!)
        }`,
      ],
      ...parted.length === 0 ? [] : [
        `${parted.length} photos are listed in several parts and count in test before val, and in val before train, ${
          first(parted[0]!)
        }`,
      ],
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
        `${bare.length} photos of the JSON have no annotation and are unlabeled, first "${bare[0]!.item.id}"`,
      ]
      : []),
  ];
}
