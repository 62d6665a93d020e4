import { DatasetError, FormatError } from "../core/errors.ts";
import { checkDecodedSize } from "../formats/decode_limits.ts";
import { decodeMask } from "../formats/decode_mask.ts";
import { decodeRgb } from "../formats/decode_rgb.ts";
import { hasImageEnd, type ImageHeader, readImageHeader } from "../formats/image_header.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import { type Dataset, type Item, type LabelMap, type Source, sourceName } from "./dataset.ts";
import type { PictureSize } from "./augment/augment_options.ts";
import { countValues, labelMapOf } from "./mask_rule.ts";
import { readBytes, readEnds } from "./read_file.ts";
import { outsideText } from "./suggest_mapping.ts";
import { syntheticImage, syntheticLabels } from "./synthetic/synthetic_picture.ts";

/** Holds the header of nearly every file; a JPEG with long comments is read whole. */
const HEADER_BYTES = 65536;

/** Runs a reader of bytes; what it finds wrong becomes a DatasetError (its text names the file already). */
async function asDatasetError<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof FormatError || cause instanceof RangeError) {
      throw new DatasetError(cause.message, { cause });
    }
    throw cause;
  }
}

/**
 * The decoded picture of an item, upright.
 * @throws {DatasetError} Naming the file, if it is missing, cut off or no picture
 */
export async function readImage(item: Pick<Item, "image">): Promise<RgbImage> {
  const source = item.image;
  if (source.kind === "synthetic") return syntheticImage(source);
  const bytes = await readBytes(source.path);
  return await asDatasetError(() => decodeRgb(bytes, source.path));
}

async function headerOf(start: Uint8Array, path: string): Promise<ImageHeader> {
  try {
    return readImageHeader(start, path);
  } catch (error) {
    if (start.length < HEADER_BYTES) throw error;
    return readImageHeader(await readBytes(path), path);
  }
}

/** JPEGs of CMYK or more than 8 bits, which are refused when they are decoded. */
function isUnusual({ format, channels, bitDepth }: ImageHeader): boolean {
  return format === "jpeg" && (channels === 4 || bitDepth !== 8);
}

/**
 * Width and height of an item's image or mask, from the file's ends. A file that looks cut off or unusual is decoded.
 * @param kind As what it is decoded then
 * @throws {DatasetError} Naming the file, if it is missing, cut off, of a kind that is not read, larger than allowed, or
 * its header is damaged
 */
export async function checkedSize(source: Source, kind: "image" | "mask"): Promise<PictureSize> {
  if (source.kind === "synthetic") return { width: source.size, height: source.size };
  const { path } = source;
  const { start, end } = await readEnds(path, HEADER_BYTES);
  const { width, height } = await asDatasetError(async () => {
    const header = await headerOf(start, path);
    checkDecodedSize(header, path);
    // what an end lacks may stand before other data: phones append a film
    if (hasImageEnd(end, header.format) && !isUnusual(header)) return header;
    const bytes = await readBytes(path);
    await (kind === "image" ? decodeRgb(bytes, path) : decodeMask(bytes, path));
    return header;
  });
  return { width, height };
}

/**
 * The label map of an item.
 * @param dataset Says what the mask's pixels mean
 * @throws {TypeError} If the item has no mask: nothing is opened then
 * @throws {DatasetError} Naming the file, if it is missing or damaged, or with histogram and a suggested mapping if
 * it holds a value outside the classes
 */
export async function readLabelMap(
  dataset: Pick<Dataset, "maskRule" | "classes">,
  item: Item,
): Promise<LabelMap> {
  const { mask } = item;
  if (mask === undefined) {
    throw new TypeError(`Cannot read labels of "${item.id}": it has no mask, expected a labeled item`);
  }
  if (mask.kind === "synthetic") return syntheticLabels(mask);
  const bytes = await readBytes(mask.path);
  const raw = await asDatasetError(() => decodeMask(bytes, mask.path));
  const labels = labelMapOf(raw, dataset.maskRule, mask.path);
  if (labels !== undefined) return labels;
  const counts = countValues(raw, dataset.maskRule, mask.path);
  const { value } = counts.find(({ known }) => !known)!;
  throw new DatasetError(`Cannot read mask: ${outsideText(mask.path, value, counts, dataset)}`);
}

/**
 * Image and labels of an item, of one size.
 * @throws {DatasetError} As {@link readImage} and {@link readLabelMap}, and if the sizes differ
 */
export async function readLabeled(
  dataset: Pick<Dataset, "maskRule" | "classes">,
  item: Item,
): Promise<{ image: RgbImage; labels: LabelMap }> {
  const labels = await readLabelMap(dataset, item);
  const image = await readImage(item);
  if (image.width !== labels.width || image.height !== labels.height) {
    throw new DatasetError(
      `Cannot use mask "${sourceName(item.mask!)}": it is ${labels.width} × ${labels.height}, expected ` +
        `${image.width} × ${image.height} as "${sourceName(item.image)}"`,
    );
  }
  return { image, labels };
}
