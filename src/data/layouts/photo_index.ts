/** Photos of a folder by what label files call them. Only what lies in the folder is found. */
import { basename, posix } from "node:path";
import { withoutEnding } from "../image_files.ts";
import { masksAmong } from "../mask_names.ts";

/** Finds photos by names. */
export interface PhotoIndex {
  /** All of them, in order. */
  readonly photos: readonly string[];
  /**
   * The photo that a name means, with or without its ending: below one of the folders, or the only one of that name anywhere.
   * @param folders Below the dataset's, the likeliest first
   * @returns `undefined` where none or several are meant
   */
  find(name: string, folders: readonly string[]): string | undefined;
  /** The photo beside a file: of the same name without ending. */
  beside(path: string): string | undefined;
}

/** Makes an index; pictures that are masks by their names are left out. */
export function indexPhotos(pictures: readonly string[]): PhotoIndex {
  const strays = masksAmong(pictures);
  const photos = pictures.filter((path) => !strays.has(path));
  const there = new Set(photos);
  const byStem = new Map(photos.map((path) => [withoutEnding(path), path]));
  const byName = new Map<string, string[]>();
  for (const path of photos) {
    const name = basename(path).toLowerCase();
    for (const key of new Set([name, withoutEnding(name)])) {
      byName.set(key, [...byName.get(key) ?? [], path]);
    }
  }
  return {
    photos,
    find(name, folders) {
      const tidy = name.replaceAll("\\", "/");
      for (const folder of ["", ...folders].reverse()) {
        const path = posix.normalize(posix.join(folder, tidy)).replace(/^\.?\//, "");
        const found = there.has(path) ? path : byStem.get(path);
        if (found !== undefined) return found;
      }
      const alike = byName.get(basename(tidy).toLowerCase()) ?? [];
      return alike.length === 1 ? alike[0] : undefined;
    },
    beside: (path) => byStem.get(path.replace(/\.json$/i, "")),
  };
}
