/** Names by which people and tools tell masks from photos. */
import { basename, dirname, extname } from "node:path";

/** Words for a mask, at an end of its name. */
const WORDS = "masks?|labels?|seg|segs|segmentations?|segmap|gt|ground_?truth|annotations?|anno|annot|" +
  "trimaps?|labelids|labeltrainids|lbl|superpixels";

/** A mask's word at the end of a name, after a separator, or before one or a number at its beginning. */
const SUFFIX = new RegExp(`[ ._-](${WORDS})$`, "i");
const PREFIX = new RegExp(`^(${WORDS})([ ._-]|(?=\\d))`, "i");

/** Ends that photos' names have where their masks' have another: `1_sat.jpg` and `1_mask.png`. */
export const PHOTO_SUFFIXES: readonly string[] = [
  "_sat",
  "_image",
  "_img",
  "_rgb",
  "_photo",
  "_leftImg8bit",
  "_input",
];

/** Beginnings of the same kind: `image_1.jpg` and `mask_1.png`. */
export const PHOTO_PREFIXES: readonly string[] = [
  "image_",
  "img_",
  "image-",
  "img-",
  "photo_",
  "image",
  "img",
  "rgb_",
];

/** Folders that hold masks, as tools and people call them. */
const FOLDERS = new RegExp(
  "^(masks?|labels?|labels?_png|annotations?|ann_dir|annot|anno|segmentations?|segmentation_?masks?|" +
    "segmentation(class|object)\\w*|gt|gtfine|gtcoarse|ground_?truths?|masks_(machine|human)|trimaps?|targets?)$",
  "i",
);

/** Whether a folder's name says that it holds masks. */
export function isMaskFolder(name: string): boolean {
  return FOLDERS.test(name);
}

/** A path without the ending of its file. */
function stemOf(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

/** Names that a mask's photo may have: its own without the word for a mask, or with one for a photo in its place. */
function photoStems(path: string): string[] {
  const stem = basename(stemOf(path));
  const folder = dirname(path) === "." ? "" : `${dirname(path)}/`;
  const bare = [stem.replace(SUFFIX, ""), stem.replace(PREFIX, "")].filter((name) =>
    name !== stem && name !== ""
  );
  return bare.flatMap((name) => [
    name,
    stemOf(name), // photo.jpg_mask.png
    ...PHOTO_SUFFIXES.map((suffix) => name + suffix),
    ...PHOTO_PREFIXES.map((prefix) => prefix + name),
  ]).map((name) => folder + name);
}

/**
 * Pictures that are masks by their names: `1_mask.png` beside `1.jpg` or `1_sat.jpg`, in whatever letter case. Paths below one
 * folder, with `/`.
 */
export function masksByName(paths: readonly string[]): string[] {
  const stems = new Set(paths.map((path) => stemOf(path).toLowerCase()));
  return paths.filter((path) => photoStems(path).some((stem) => stems.has(stem.toLowerCase())));
}

/** Folders of KITTI beside `image_2`, which elsewhere may hold photos. */
const KITTI = /^(semantic|semantic_rgb|instance)$/i;

/** Pictures of KITTI's folders beside those of photos. */
function masksOfKitti(paths: readonly string[]): string[] {
  const beside = new Set(
    paths.map((path) => path.split("/")).filter((names) => names.at(-2) === "image_2")
      .map((names) => names.slice(0, -2).join("/")),
  );
  return paths.filter((path) => {
    const names = path.split("/");
    return KITTI.test(names.at(-2) ?? "") && beside.has(names.slice(0, -2).join("/"));
  });
}

/** Pictures that are no JPEG and lie in a folder that is called `masks` or the like. */
function masksByFolder(paths: readonly string[]): string[] {
  return paths.filter((path) =>
    !/^\.jpe?g$/i.test(extname(path)) && path.split("/").slice(0, -1).some(isMaskFolder)
  );
}

/** Pictures that are masks by their names or their folders'. Paths below one folder, with `/`. */
export function masksAmong(paths: readonly string[]): Set<string> {
  return new Set([...masksByName(paths), ...masksByFolder(paths), ...masksOfKitti(paths)]);
}
