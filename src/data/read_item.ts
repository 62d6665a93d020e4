import { DatasetError, FormatError } from "../core/errors.ts";
import { checkDecodedSize } from "../formats/decode_limits.ts";
import { decodeMask } from "../formats/decode_mask.ts";
import { decodeRgb } from "../formats/decode_rgb.ts";
import { type Orientation, swapsSides, turnPixels } from "../formats/exif_orientation.ts";
import { hasImageEnd, type ImageHeader, readImageHeader } from "../formats/image_header.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import type { ImageFormat } from "../formats/sniff_image.ts";
import { type Dataset, type Item, type LabelMap, type Source, sourceName } from "./dataset.ts";
import type { PictureSize } from "./augment/augment_options.ts";
import { countValues, labelMapOf } from "./mask_rule.ts";
import { readRawMask } from "./raw_mask.ts";
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
  if (source.kind === "drawn" || source.kind === "kept") {
    throw new TypeError(`Cannot read picture "${source.name}": it is a mask in memory, expected a file`);
  }
  const bytes = await readBytes(source.path);
  return await asDatasetError(() => decodeRgb(bytes, source.path));
}

/** "eXIf", the name of a chunk that may stand behind the pixels of a PNG. */
const EXIF_CHUNK = "eXIf";

function holdsExif(end: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(end).includes(EXIF_CHUNK);
}

/** A header, and what else was read of its file. */
interface ReadHeader {
  readonly header: ImageHeader;
  readonly end: Uint8Array;
  readonly fileLength: number;
  /** The whole file, where its ends did not tell everything. */
  readonly bytes?: Uint8Array;
}

async function headerOf(path: string): Promise<ReadHeader> {
  const { start, end, fileLength } = await readEnds(path, HEADER_BYTES);
  const isWhole = start.length < HEADER_BYTES;
  try {
    const header = readImageHeader(start, path);
    if (isWhole) return { header, end, fileLength, bytes: start };
    const behind = header.format === "png" && header.orientation === 1 && holdsExif(end);
    if (!behind && header.fileBytes === undefined) return { header, end, fileLength };
  } catch (error) {
    if (isWhole) throw error;
  }
  const bytes = await readBytes(path);
  return { header: readImageHeader(bytes, path), end, fileLength, bytes };
}

/** JPEGs of CMYK or more than 8 bits, which are refused when they are decoded. */
function isUnusual({ format, channels, bitDepth }: ImageHeader): boolean {
  return format === "jpeg" && (channels === 4 || bitDepth !== 8);
}

/** Whether the file ends as its format does; one that does not is decoded to be sure. */
function endsWell(header: ImageHeader, end: Uint8Array, bytes: Uint8Array | undefined): boolean {
  const { format, fileBytes } = header;
  // what an end lacks may stand before other data: phones append a film
  if (format === "jpeg" || format === "png") return hasImageEnd(end, format) && !isUnusual(header);
  return fileBytes !== undefined && bytes !== undefined && bytes.length >= fileBytes;
}

/** What the ends of a picture's file tell. */
export interface CheckedPicture extends PictureSize {
  /** Bits of one value; 8 for a generated picture. */
  readonly bitDepth: number;
  /** How the stored picture is turned to be upright. */
  readonly orientation: Orientation;
  /** By content; `drawn` for a generated picture. */
  readonly format: ImageFormat | "drawn";
  /** Bytes of its file. */
  readonly fileLength: number;
}

/**
 * Width, height and kind of an item's image or mask, upright, from the file's ends. A file that looks cut off or unusual is
 * decoded.
 * @param kind As what it is decoded then
 * @throws {DatasetError} Naming the file, if it is missing, cut off, of a kind that is not read, larger than allowed, or
 * its header is damaged
 */
export async function checkPicture(source: Source, kind: "image" | "mask"): Promise<CheckedPicture> {
  if (source.kind !== "file") {
    const { width, height } = source.kind === "synthetic"
      ? { width: source.size, height: source.size }
      : source;
    return { width, height, bitDepth: 8, orientation: 1, format: "drawn", fileLength: 0 };
  }
  const { path } = source;
  return await asDatasetError(async () => {
    const { header, end, bytes, fileLength } = await headerOf(path);
    checkDecodedSize(header, path);
    const isLossy = kind === "mask" && (header.format === "jpeg" || header.format === "webp");
    if (isLossy || !endsWell(header, end, bytes)) {
      const whole = bytes ?? await readBytes(path);
      await (kind === "image" ? decodeRgb(whole, path) : decodeMask(whole, path));
    }
    const { width, height, bitDepth, orientation, format } = header;
    return { width, height, bitDepth, orientation, format, fileLength };
  });
}

/** Width and height alone, as {@link checkPicture}. */
export async function checkedSize(source: Source, kind: "image" | "mask"): Promise<PictureSize> {
  const { width, height } = await checkPicture(source, kind);
  return { width, height };
}

/**
 * Whether a mask lies as its photo is stored, before the turn that the photo's EXIF part states: label tools that do not
 * know of EXIF make such ones.
 * @param image Upright
 */
export function liesAsStored(image: CheckedPicture, mask: PictureSize): boolean {
  return swapsSides(image.orientation) && mask.width === image.height && mask.height === image.width;
}

/**
 * Whether a mask of the photo's size may lie as the photo is stored as well: EXIF mirrors it or turns it by 180°, or turns a
 * square one.
 * @param image Upright
 */
export function fitsEitherWay({ orientation, width, height }: CheckedPicture): boolean {
  return orientation !== 1 && (!swapsSides(orientation) || width === height);
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
  const name = sourceName(mask);
  const raw = await asDatasetError(() => readRawMask(mask));
  const labels = labelMapOf(raw, dataset.maskRule, name);
  if (labels !== undefined) return labels;
  const counts = countValues(raw, dataset.maskRule, name);
  const { value } = counts.find(({ known }) => !known)!;
  throw new DatasetError(`Cannot read mask: ${outsideText(name, value, counts, dataset)}`);
}

/** Labels that lie as their photo is stored, turned with it; others as they are. */
async function turnedWith({ image }: Item, size: PictureSize, labels: LabelMap): Promise<LabelMap> {
  if (labels.width !== size.height || labels.height !== size.width || size.width === size.height) {
    return labels;
  }
  const checked = await checkPicture(image, "image");
  return liesAsStored(checked, labels) ? turnPixels(labels, 1, checked.orientation) : labels;
}

/**
 * Image and labels of an item, of one size. Labels that fit the photo as it is stored, and not as its EXIF part turns it,
 * are turned with it.
 * @throws {DatasetError} As {@link readImage} and {@link readLabelMap}, and if the sizes differ
 */
export async function readLabeled(
  dataset: Pick<Dataset, "maskRule" | "classes">,
  item: Item,
): Promise<{ image: RgbImage; labels: LabelMap }> {
  const stored = await readLabelMap(dataset, item);
  const image = await readImage(item);
  const labels = await turnedWith(item, image, stored);
  if (image.width !== labels.width || image.height !== labels.height) {
    throw new DatasetError(
      `Cannot use mask "${sourceName(item.mask!)}": it is ${labels.width} × ${labels.height}, expected ` +
        `${image.width} × ${image.height} as "${sourceName(item.image)}"`,
    );
  }
  return { image, labels };
}
