import { FormatError } from "../core/errors.ts";
import { isOrientation, type Orientation } from "./exif_orientation.ts";

/** What the first directory of a TIFF says of its picture (TIFF 6.0, sections 2 to 8). */
export interface TiffHeader {
  /** Stored columns, before turning. */
  readonly width: number;
  /** Stored rows, before turning. */
  readonly height: number;
  /** Values of one pixel, 1 to 4. */
  readonly channels: number;
  /** Bits of one value: 1, 4, 8 or 16. */
  readonly depth: number;
  /** How values are meant; 0 and 1 are grey, of which 0 has white at 0, 2 is RGB, 3 a palette. */
  readonly photometric: 0 | 1 | 2 | 3;
  /** 1 none, 5 LZW, 8 and 32946 Deflate, 32773 PackBits. */
  readonly compression: number;
  /** Whether each value is stored as its difference from the one to its left. */
  readonly predictor: boolean;
  /** RGB of each index, 8 bits, for a palette; else empty. */
  readonly palette: [number, number, number][];
  /** 1 where there is none. */
  readonly orientation: Orientation;
  /** Where strips or tiles lie, and their stored bytes. */
  readonly pieces: readonly { readonly offset: number; readonly bytes: number }[];
  /** Rows and columns of each piece: of a strip the picture's width. */
  readonly pieceSize: { readonly rows: number; readonly columns: number };
}

const SHORT = 3;
const SIZES: Readonly<Record<number, number>> = { 1: 1, [SHORT]: 2, 4: 4 };

/** More pieces than this are no picture's. */
const MOST_VALUES = 2 ** 22;

const COMPRESSIONS: Readonly<Record<number, string>> = {
  2: "CCITT",
  3: "CCITT",
  4: "CCITT",
  6: "JPEG",
  7: "JPEG",
  34712: "JPEG 2000",
  50000: "Zstandard",
  50001: "WebP",
};

const COLOURS: Readonly<Record<number, string>> = {
  4: "a mask of another",
  5: "CMYK",
  6: "YCbCr",
  8: "CIELab",
};

type Tags = ReadonlyMap<number, readonly number[]>;

function fail(name: string, state: string, rule = "a whole TIFF file"): never {
  throw new FormatError(`Cannot decode "${name}": ${state}, expected ${rule}`);
}

function readTags(bytes: Uint8Array, name: string): Tags {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const cut = () => fail(name, `it ends inside its directory (${bytes.length} bytes)`);
  if (bytes.length < 8) cut();
  const directory = view.getUint32(4, little);
  if (directory + 2 > bytes.length) cut();
  const count = view.getUint16(directory, little);
  if (directory + 2 + count * 12 > bytes.length) cut();
  const tags = new Map<number, number[]>();
  for (let at = directory + 2, i = 0; i < count; i++, at += 12) {
    const [tag, type] = [view.getUint16(at, little), view.getUint16(at + 2, little)];
    const [length, size] = [view.getUint32(at + 4, little), SIZES[type]];
    if (size === undefined || length > MOST_VALUES) continue;
    const from = size * length > 4 ? view.getUint32(at + 8, little) : at + 8;
    if (from + size * length > bytes.length) cut();
    const read = (k: number) =>
      size === 1
        ? view.getUint8(from + k)
        : size === 2
        ? view.getUint16(from + 2 * k, little)
        : view.getUint32(from + 4 * k, little);
    tags.set(tag, Array.from({ length }, (_, k) => read(k)));
  }
  return tags;
}

/** Refuses what is not read, by its name. */
function checkKind(tags: Tags, name: string): void {
  const one = (tag: number, fallback: number) => tags.get(tag)?.[0] ?? fallback;
  const [photometric, compression] = [one(262, 1), one(259, 1)];
  const depths = tags.get(258) ?? [1];
  const depth = depths[0]!;
  const rule =
    "grey, RGB or a palette of 1, 4, 8 or 16 bits, without compression or with LZW, Deflate or PackBits";
  const channels = one(277, 1);
  const state = photometric > 3
    ? `its colours are ${COLOURS[photometric] ?? `of kind ${photometric}`}`
    : ![1, 5, 8, 32946, 32773].includes(compression)
    ? `it is compressed by ${COMPRESSIONS[compression] ?? `method ${compression}`}`
    : one(339, 1) !== 1
    ? `its values are ${one(339, 1) === 3 ? "floating-point numbers" : "no plain whole numbers"}`
    : depths.some((other) => other !== depth) || ![1, 4, 8, 16].includes(depth)
    ? `it has ${depths.join(", ")} bits a value`
    : channels > 4 || (photometric === 2 ? channels < 3 || depth < 8 : channels > 2)
    ? `it has ${channels} channels`
    : channels > 1 && one(284, 1) !== 1
    ? "its channels lie in planes"
    : photometric === 3 && (depth === 16 || channels > 1)
    ? `its palette has ${depth} bits and ${channels} channels`
    : one(317, 1) > 2 || (one(317, 1) === 2 && depth < 8)
    ? `its values are differences of kind ${one(317, 1)}`
    : undefined;
  if (state !== undefined) fail(name, state, `${rule}; convert it first`);
}

function piecesOf(tags: Tags, width: number, height: number, name: string) {
  const tiled = tags.has(322);
  const [offsets, counts] = [tags.get(tiled ? 324 : 273) ?? [], tags.get(tiled ? 325 : 279) ?? []];
  const rows = tiled ? tags.get(323)?.[0] ?? 0 : Math.min(height, tags.get(278)?.[0] ?? height);
  const columns = tiled ? tags.get(322)![0]! : width;
  const wanted = Math.ceil(height / Math.max(1, rows)) * Math.ceil(width / Math.max(1, columns));
  if (rows < 1 || columns < 1 || offsets.length < wanted || counts.length < wanted) {
    fail(name, `it names ${Math.min(offsets.length, counts.length)} strips or tiles of ${wanted}`);
  }
  const pieces = offsets.slice(0, wanted).map((offset, i) => ({ offset, bytes: counts[i]! }));
  return { pieces, pieceSize: { rows, columns } };
}

/** The colours of a palette: all reds, then greens, then blues, of 16 bits. */
function paletteOf(tags: Tags, depth: number, name: string): [number, number, number][] {
  const table = tags.get(320) ?? [];
  const size = 2 ** depth;
  if (table.length < 3 * size) fail(name, `its palette has ${table.length} values of ${3 * size}`);
  return Array.from(
    { length: size },
    (_, i) => [table[i]! >> 8, table[size + i]! >> 8, table[2 * size + i]! >> 8],
  );
}

/**
 * Reads the first directory of a TIFF; it often stands at the end of the file.
 * @param bytes The file; begins with `II*` or `MM*`
 * @param name Stands in error texts
 * @throws {FormatError} If the file ends inside the directory, or is of a kind that is not read: floating point, CMYK,
 * JPEG inside, planes
 */
export function readTiffHeader(bytes: Uint8Array, name: string): TiffHeader {
  const tags = readTags(bytes, name);
  const one = (tag: number, fallback: number) => tags.get(tag)?.[0] ?? fallback;
  const [width, height] = [one(256, 0), one(257, 0)];
  if (width === 0 || height === 0) fail(name, `its header says ${width} × ${height}`);
  checkKind(tags, name);
  const turn = one(274, 1);
  const depth = tags.get(258)?.[0] ?? 1;
  return {
    width,
    height,
    channels: one(277, 1),
    depth,
    photometric: one(262, 1) as TiffHeader["photometric"],
    compression: one(259, 1),
    predictor: one(317, 1) === 2,
    palette: one(262, 1) === 3 ? paletteOf(tags, depth, name) : [],
    orientation: isOrientation(turn) ? turn : 1,
    ...piecesOf(tags, width, height, name),
  };
}
