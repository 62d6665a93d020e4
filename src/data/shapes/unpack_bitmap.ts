import { inflateSync } from "node:zlib";
import { DatasetError } from "../../core/errors.ts";
import { decodeMask, type RawMask } from "../../formats/decode_mask.ts";
import type { BitmapShape } from "./shape.ts";

/** A packed PNG of a shape holds at most so many bytes: a small text must not unpack without end. */
const MOST_BYTES = 2 ** 26;

function unpack(packed: Uint8Array, name: string): Uint8Array {
  try {
    return inflateSync(packed, { maxOutputLength: MOST_BYTES });
  } catch (cause) {
    throw new DatasetError(`Cannot read bitmap of "${name}": it cannot be unpacked, expected zlib`, {
      cause,
    });
  }
}

/**
 * The small picture of a bitmap shape.
 * @param name What error texts call its mask
 * @throws {DatasetError} If its text is no base64 or zlib
 * @throws {FormatError} If what it holds is no PNG
 */
export async function unpackBitmap({ png, deflated }: BitmapShape, name: string): Promise<RawMask> {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new DatasetError(`Cannot read bitmap of "${name}": it is no base64, expected a PNG in it`, {
      cause,
    });
  }
  return await decodeMask(deflated ? unpack(bytes, name) : bytes, `bitmap of ${name}`);
}
