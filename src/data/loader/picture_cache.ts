import type { RgbImage } from "../../formats/rgb_image.ts";
import type { LabelMap } from "../dataset.ts";

/** A decoded picture, with labels where it has a mask. */
export interface DecodedItem {
  /** Upright. */
  readonly image: RgbImage;
  /** Of the image's size; for items with labels or pseudo labels. */
  readonly labels?: LabelMap;
}

/** Decoded pictures by key, up to a number of bytes. */
export interface PictureCache {
  /** The kept picture, or what `decode` gives, kept where there is room. */
  get(key: string, decode: () => Promise<DecodedItem>): Promise<DecodedItem>;
  /** Bytes that are kept now. */
  bytes(): number;
  /** How often a kept picture was found. */
  hits(): number;
}

/**
 * A cache that fills until it is full and then keeps what it has: every epoch asks for each picture once, in an order of
 * its own, so dropping the oldest would drop what comes next.
 * @param limitBytes 0 keeps nothing
 */
export function createPictureCache(limitBytes: number): PictureCache {
  const kept = new Map<string, DecodedItem>();
  let bytes = 0;
  let hits = 0;
  return {
    async get(key, decode) {
      const known = kept.get(key);
      if (known !== undefined) {
        hits++;
        return known;
      }
      const item = await decode();
      const size = item.image.data.byteLength + (item.labels?.data.byteLength ?? 0);
      if (bytes + size <= limitBytes && !kept.has(key)) {
        kept.set(key, item);
        bytes += size;
      }
      return item;
    },
    bytes: () => bytes,
    hits: () => hits,
  };
}
