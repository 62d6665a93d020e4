import { FormatError } from "../core/errors.ts";

/** Formats of pictures that are read. */
export type ImageFormat = "jpeg" | "png" | "tiff" | "webp" | "bmp";

/** Names of them, for error texts. */
export const IMAGE_FORMATS = "JPEG, PNG, TIFF, WebP or BMP";

/** How files of a format begin; `.` stands for any byte. */
const MARKS: readonly (readonly [format: string, mark: string])[] = [
  ["jpeg", "\xff\xd8\xff"],
  ["png", "\x89PNG"],
  ["tiff", "II*\0"],
  ["tiff", "MM\0*"],
  ["webp", "RIFF....WEBP"],
  ["a BigTIFF", "II+\0"],
  ["a BigTIFF", "MM\0+"],
  ["a GIF", "GIF8"],
  ["an AVIF picture", "....ftypavif"],
  ["a HEIC photo", "....ftyphei"],
  ["a HEIC photo", "....ftypmif1"],
  ["a HEIC photo", "....ftyphevc"],
  ["a Canon raw photo", "....ftypcrx"],
  ["a film", "....ftyp"],
  ["a film", "RIFF....AVI "],
  ["a JPEG 2000 picture", "....jP  "],
  ["a JPEG 2000 picture", "\xff\x4f\xff\x51"],
  ["a JPEG XL picture", "\xff\x0a"],
  ["a JPEG XL picture", "....JXL "],
  ["a Photoshop file", "8BPS"],
  ["an OpenEXR picture", "\x76\x2f\x31\x01"],
  ["a PDF", "%PDF"],
  ["a NumPy array", "\x93NUMPY"],
  ["an SVG drawing", "<svg"],
  ["a web page", "<!DOCTYPE"],
  ["a web page", "<html"],
  ["a text in XML", "<?xml"],
  ["a Git LFS pointer; the file itself was not fetched", "version https://git-lfs"],
  ["a zip archive", "PK\x03\x04"],
];

const READ: readonly string[] = ["jpeg", "png", "tiff", "webp", "bmp"];

function begins(bytes: Uint8Array, mark: string): boolean {
  if (bytes.length < mark.length) return false;
  return [...mark].every((letter, i) => letter === "." || bytes[i] === letter.charCodeAt(0));
}

/** "BM" alone begins many texts: the header's length must be one that bitmaps have. */
function isBmp(bytes: Uint8Array): boolean {
  const size = bytes.length < 18
    ? 0
    : bytes[14]! | (bytes[15]! << 8) | (bytes[16]! << 16) | (bytes[17]! << 24);
  return begins(bytes, "BM") && [12, 40, 52, 56, 64, 108, 124].includes(size);
}

function isPnm(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1]! >= 0x31 && bytes[1]! <= 0x37 &&
    /\s/.test(String.fromCharCode(bytes[2]!));
}

/** What the first bytes are, a format that is read or another by its name; `undefined` where nothing is known. */
function nameOf(bytes: Uint8Array): string | undefined {
  const found = MARKS.find(([, mark]) => begins(bytes, mark))?.[0];
  if (found !== undefined) return found;
  if (isBmp(bytes)) return "bmp";
  return isPnm(bytes) ? "a portable pixmap (PGM, PPM)" : undefined;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 64).every((byte) => byte === 0);
}

/** The format that the first bytes show, or `undefined` for none that is read. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  const name = nameOf(bytes);
  return name !== undefined && READ.includes(name) ? name as ImageFormat : undefined;
}

/**
 * The format that the first bytes show; names of files tell nothing.
 * @param name Stands in the error's text
 * @throws {FormatError} If it is none of those that are read; names the format where it is a known one
 */
export function sniffImage(bytes: Uint8Array, name: string): ImageFormat {
  const format = imageFormat(bytes);
  if (format !== undefined) return format;
  const known = nameOf(bytes);
  const first = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const state = known !== undefined
    ? `it is ${known}`
    : bytes.length === 0
    ? "file is empty"
    : isZero(bytes)
    ? "it holds zeros only, as after a broken copy"
    : `file begins with ${first}`;
  throw new FormatError(`Cannot decode "${name}": ${state}, expected a ${IMAGE_FORMATS} file`);
}
