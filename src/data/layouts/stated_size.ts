import type { PictureSize } from "../augment/augment_options.ts";
import { checkedSize } from "../read_item.ts";

/**
 * The size that a label file states of a photo, or the photo's own where it states none, as older tools do.
 * @param photo Absolute path
 * @throws {DatasetError} If the photo is asked and cannot be read
 */
export async function statedSize(stated: PictureSize, photo: string): Promise<PictureSize> {
  const { width, height } = stated;
  return width > 0 && height > 0
    ? { width, height }
    : await checkedSize({ kind: "file", path: photo }, "image");
}
