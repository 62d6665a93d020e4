import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { holdsPicture } from "../image_files.ts";
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
  "semantic",
];

/** Whether a folder has a panoptic JSON of COCO, which tells what its pictures are. */
async function hasPanoptic(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => /^panoptic.*\.json$/i.test(name));
}

/** The first of some names that a folder has, whatever its letter case, and that holds pictures. */
async function firstWithPictures(root: string, names: readonly string[], there: readonly string[]) {
  for (const wanted of names) {
    const found = there.find((name) => name.toLowerCase() === wanted);
    // labels of YOLO and annotations of VOC are texts, pictures of COCO's panoptic files no masks by themselves
    if (found === undefined || await hasPanoptic(join(root, found))) continue;
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
  const images = await firstWithPictures(root, IMAGES, there) ?? await onlyOther(root, there, masks);
  return images === undefined ? undefined : { images, masks };
}
