/** Masks that lie among photos: they are no photos to learn from. */
import { extname } from "node:path";
import type { Dataset, Item } from "../dataset.ts";
import { mapLimited } from "../map_limited.ts";
import { type CheckedPicture, checkPicture, readImage } from "../read_item.ts";

/** Photos have thousands of colours. */
const MOST_COLORS = 32;

/** Of fewer pixels nothing can be told. */
const FEWEST_PIXELS = 1024;

/** Bytes a pixel that a PNG of few even areas stays below. */
const DENSE = 0.25;

/** Endings of formats that keep a mask's values; others are not looked at. */
const EXACT = [".png", ".bmp", ".tif", ".tiff"];

/** Whether a picture's file is so small for its pixels, and of such a format, that it may be a mask. */
function mayBeMask({ format, fileLength, width, height, bitDepth }: CheckedPicture): boolean {
  const pixels = width * height;
  if (format === "jpeg" || format === "webp" || pixels < FEWEST_PIXELS || bitDepth > 8) return false;
  return format !== "png" || fileLength / pixels < DENSE;
}

/** Whether a picture has so few colours that it is a mask and no photo; what cannot be read is told by the check. */
async function looksLikeMask(item: Pick<Item, "image">): Promise<boolean> {
  const picture = await readImage(item).catch(() => undefined);
  if (picture === undefined || picture.width * picture.height < FEWEST_PIXELS) return false;
  const { data } = picture;
  const colors = new Set<number>();
  for (let i = 0; i < data.length && colors.size <= MOST_COLORS; i += 3) {
    colors.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
  }
  return colors.size <= MOST_COLORS;
}

async function isMask(item: Item): Promise<boolean> {
  if (item.image.kind !== "file" || !EXACT.includes(extname(item.image.path).toLowerCase())) return false;
  const picture = await checkPicture(item.image, "image").catch(() => undefined);
  return picture !== undefined && mayBeMask(picture) && await looksLikeMask(item);
}

/**
 * Leaves unlabeled pictures out that are masks: of no more than 32 colours, in a format that keeps them, while the first
 * labeled photos have more. A note tells how many.
 */
export async function withoutMaskPhotos(dataset: Dataset): Promise<Dataset> {
  const { train, unlabeled } = dataset;
  const are = await mapLimited(unlabeled, 8, isMask);
  const first = unlabeled.find((_, i) => are[i]);
  if (first === undefined) return dataset;
  const photos = await mapLimited(train.slice(0, 3), 1, looksLikeMask);
  // drawings of few colours are what is learned from here
  if (photos.some((like) => like)) return dataset;
  const count = are.filter((is) => is).length;
  const note =
    `${count} unlabeled ${
      count === 1 ? "picture is a mask" : "pictures are masks"
    } (no more than 32 colours), ` +
    `left out, first "${first.id}"`;
  return {
    ...dataset,
    unlabeled: unlabeled.filter((_, i) => !are[i]),
    notes: [...dataset.notes ?? [], note],
  };
}
