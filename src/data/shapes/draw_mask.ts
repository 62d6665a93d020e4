import { DatasetError } from "../../core/errors.ts";
import { checkDecodedSize } from "../../formats/decode_limits.ts";
import { decodeMask, type RawMask } from "../../formats/decode_mask.ts";
import { type DrawnSource, IGNORE_LABEL, type LabelMap } from "../dataset.ts";
import { readBytes } from "../read_file.ts";
import { fillBrush } from "./brush.ts";
import { unpackBitmap } from "./unpack_bitmap.ts";
import { fillPolygon } from "./fill_polygon.ts";
import { fillPatch, fillRuns } from "./run_lengths.ts";
import type { SegmentsShape, Shape } from "./shape.ts";

/** How often shapes may paint the whole picture over: those of one photo lie beside each other. */
const MOST_LAYERS = 100;

/** Work that is free, for small pictures: each shape takes some. */
const FREE_WORK = 2 ** 24;

/** Pixels of a decoded mask that are not 0, in any channel, written at a place. */
function stamp(map: LabelMap, { width, height, data }: RawMask, x: number, y: number, label: number): void {
  const channels = data.length / (width * height);
  for (let row = Math.max(0, -y); row < Math.min(height, map.height - y); row++) {
    for (let column = Math.max(0, -x); column < Math.min(width, map.width - x); column++) {
      const from = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) {
        if (data[from + c] !== 0) map.data[(y + row) * map.width + x + column] = label;
      }
    }
  }
}

/** A PNG of the map's size. */
async function readLayer(map: LabelMap, path: string): Promise<RawMask> {
  const layer = await decodeMask(await readBytes(path), path);
  if (layer.width !== map.width || layer.height !== map.height) {
    throw new DatasetError(
      `Cannot read mask "${path}": it is ${layer.width} × ${layer.height}, expected ${map.width} × ${map.height} ` +
        "as its photo, or the other masks of it",
    );
  }
  return layer;
}

/** The number of a palette's colour, or of a grey level. */
function numberOfIndex(index: number, palette: RawMask["palette"]): number {
  const [r, g, b] = palette?.[index] ?? [index, 0, 0];
  return r + 256 * g + 65536 * b;
}

async function paintSegments(map: LabelMap, { path, segments }: SegmentsShape): Promise<void> {
  const { kind, data, palette } = await readLayer(map, path);
  const labels = new Map(segments);
  for (let i = 0; i < map.data.length; i++) {
    const number = kind === "color"
      ? data[3 * i]! + 256 * data[3 * i + 1]! + 65536 * data[3 * i + 2]!
      : numberOfIndex(data[i]!, palette);
    map.data[i] = labels.get(number) ?? IGNORE_LABEL;
  }
}

/** Draws a shape. @returns Pixels that were gone over */
async function draw(map: LabelMap, shape: Shape, name: string): Promise<number> {
  const pixels = map.width * map.height;
  switch (shape.kind) {
    case "polygon":
      return fillPolygon(map, shape.rings, shape.label);
    case "runs":
      fillRuns(map, shape.counts, shape.size, shape.label, name);
      return pixels;
    case "patch":
      fillPatch(map, shape, name);
      return shape.width * shape.height;
    case "brush":
      fillBrush(map, shape, name);
      return pixels;
    case "bitmap": {
      const bitmap = await unpackBitmap(shape, name, pixels);
      stamp(map, bitmap, Math.round(shape.x), Math.round(shape.y), shape.label);
      return bitmap.width * bitmap.height;
    }
    case "layer":
      stamp(map, await readLayer(map, shape.path), 0, 0, shape.label);
      return pixels;
    case "segments":
      await paintSegments(map, shape);
      return pixels;
  }
}

/**
 * The mask that shapes make: 0 where none is, later shapes over earlier ones.
 * @throws {DatasetError} Naming the source, if a shape is damaged or of another size, the size is none of a picture, or
 * the shapes take more work than those of any photo
 * @throws {FormatError} If it is larger than `decodeLimits` allow
 */
export async function drawMask({ width, height, shapes, name }: DrawnSource): Promise<RawMask> {
  const isSize = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!isSize) {
    throw new DatasetError(
      `Cannot draw mask "${name}": it is ${width} × ${height}, expected a picture's size`,
    );
  }
  // what a label file says of its size is not taken on trust
  checkDecodedSize({ width, height, channels: 1, bitDepth: 8 }, name);
  const map = { width, height, data: new Uint8Array(width * height) };
  let workLeft = MOST_LAYERS * width * height + FREE_WORK;
  for (const shape of shapes) {
    workLeft -= await draw(map, shape, name);
    if (workLeft >= 0) continue;
    throw new DatasetError(
      `Cannot draw mask "${name}": its ${shapes.length} shapes cover the picture more than ${MOST_LAYERS} times, ` +
        "expected shapes beside each other",
    );
  }
  return { ...map, kind: "index" };
}
