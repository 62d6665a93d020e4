import { inflateSync } from "node:zlib";
import { DatasetError } from "../../core/errors.ts";
import { decodeMask, type RawMask } from "../../formats/decode_mask.ts";
import { readImageHeader } from "../../formats/image_header.ts";
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

/** Letters of one byte each. */
function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/**
 * The small picture of a bitmap shape.
 * @param name What error texts call its mask
 * @param mostPixels Of the picture that it is a part of
 * @throws {DatasetError} If its text is no base64 or zlib, or it has more pixels
 * @throws {FormatError} If what it holds is no PNG
 */
export async function unpackBitmap(
  { png, deflated }: BitmapShape,
  name: string,
  mostPixels: number,
): Promise<RawMask> {
  let bytes: Uint8Array;
  try {
    bytes = bytesOf(atob(png));
  } catch (cause) {
    throw new DatasetError(`Cannot read bitmap of "${name}": it is no base64, expected a PNG in it`, {
      cause,
    });
  }
  const file = deflated ? unpack(bytes, name) : bytes;
  const { width, height } = readImageHeader(file, `bitmap of ${name}`);
  if (width * height > mostPixels) {
    throw new DatasetError(
      `Cannot read bitmap of "${name}": it is ${width} × ${height}, expected no more pixels than its picture has`,
    );
  }
  return await decodeMask(file, `bitmap of ${name}`);
}
