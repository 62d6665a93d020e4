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
   * Names with their endings come first.
   * @param folders Below the dataset's, the likeliest first
   * @param mayBe Whether a photo that lies elsewhere may be meant
   * @returns `undefined` where none or several are meant
   */
  find(
    name: string,
    folders: readonly string[],
    mayBe?: (path: string) => boolean,
  ): string | undefined;
  /** The photo beside a file: of the same name without ending. */
  beside(path: string): string | undefined;
}

function addTo(map: Map<string, string[]>, key: string, path: string): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [path]);
  else known.push(path);
}

/** Makes an index; pictures that are masks by their names are left out. */
export function indexPhotos(pictures: readonly string[]): PhotoIndex {
  const strays = masksAmong(pictures);
  const photos = pictures.filter((path) => !strays.has(path));
  const there = new Set(photos);
  const byStem = new Map(photos.map((path) => [withoutEnding(path), path]));
  const byName = new Map<string, string[]>();
  const byBareName = new Map<string, string[]>();
  for (const path of photos) {
    const name = basename(path).toLowerCase();
    addTo(byName, name, path);
    addTo(byBareName, withoutEnding(name), path);
  }
  return {
    photos,
    find(name, folders, mayBe = () => true) {
      const tidy = name.replaceAll("\\", "/");
      const paths = ["", ...folders].reverse().map((folder) =>
        posix.normalize(posix.join(folder, tidy)).replace(/^\.?\//, "")
      );
      const exact = paths.find((path) => there.has(path)) ??
        paths.map((path) => byStem.get(path)).find((path) => path !== undefined);
      if (exact !== undefined) return exact;
      const key = basename(tidy).toLowerCase();
      const alike = byName.get(key) ?? byBareName.get(key) ?? [];
      return alike.length === 1 && mayBe(alike[0]!) ? alike[0] : undefined;
    },
    beside: (path) => byStem.get(path.replace(/\.json$/i, "")),
  };
}
