import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { holdsPicture, listPictures } from "../image_files.ts";
import { isMaskFolder } from "../mask_names.ts";
import { subfolders } from "./subfolders.ts";

/** Folders of photos, in the order in which they are looked for. */
const IMAGES: readonly string[] = [
  "images",
  "image",
  "imgs",
  "img",
  "photos",
  "jpegimages",
  "inputs",
  "image_2",
];

const KITTI_MASKS = "semantic";

/** Folders of masks. */
const MASKS: readonly string[] = [
  "masks",
  "mask",
  "segmentations",
  "segmentation",
  "labels",
  "label",
  "annotations",
  "annotation",
  "gt",
  "targets",
  KITTI_MASKS,
];

/** Whether a folder holds COCO's panoptic JSON and, in folders that are called as these, their pictures alone. */
async function isPanoptic(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true });
  const stems = entries.flatMap(({ name }) => /^(panoptic.*)\.json$/i.exec(name)?.[1] ?? []);
  if (!entries.some((entry) => entry.isDirectory() && stems.includes(entry.name))) return false;
  const pictures = await listPictures(folder);
  return pictures.every((path) => stems.includes(path.split("/")[0]!));
}

/** The first of some names that a folder has, whatever its letter case, and that holds pictures. */
async function firstWithPictures(root: string, names: readonly string[], there: readonly string[]) {
  for (const wanted of names) {
    const found = there.find((name) => name.toLowerCase() === wanted);
    // labels of YOLO and annotations of VOC are texts, pictures of COCO's panoptic files no masks by themselves
    if (found === undefined || await isPanoptic(join(root, found))) continue;
    if (await holdsPicture(join(root, found))) return found;
  }
  return undefined;
}

/** The one other folder that holds pictures. */
async function onlyOther(root: string, there: readonly string[], masks: string): Promise<string | undefined> {
  const others = there.filter((name) => name !== masks && !isMaskFolder(name));
  const hold = await Promise.all(
    others.map((name) => holdsPicture(join(root, name))),
  );
  const [first, ...more] = others.filter((_, i) => hold[i]);
  return more.length > 0 ? undefined : first;
}

/** Names of the folders of photos and masks in a folder: `images` and `masks`, or what people call them. */
export async function imagesAndMasks(root: string): Promise<{ images: string; masks: string } | undefined> {
  const there = await subfolders(root);
  const masks = await firstWithPictures(root, MASKS, there);
  if (masks === undefined) return undefined;
  const known = await firstWithPictures(root, IMAGES, there);
  // only KITTI calls masks so, and its photos have a name that is known
  const images = known ?? (masks === KITTI_MASKS ? undefined : await onlyOther(root, there, masks));
  return images === undefined ? undefined : { images, masks };
}
