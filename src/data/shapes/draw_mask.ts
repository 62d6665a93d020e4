import { DatasetError } from "../../core/errors.ts";
import { decodeMask, type RawMask } from "../../formats/decode_mask.ts";
import type { DrawnSource, LabelMap } from "../dataset.ts";
import { readBytes } from "../read_file.ts";
import { unpackBitmap } from "./unpack_bitmap.ts";
import { fillPolygon } from "./fill_polygon.ts";
import { fillRuns } from "./run_lengths.ts";
import type { Shape } from "./shape.ts";

/** Most pixels of a drawn mask: what a label file says of its size is not taken on trust. */
const MOST_PIXELS = 2 ** 28;

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

async function stampLayer(map: LabelMap, path: string, label: number): Promise<void> {
  const layer = await decodeMask(await readBytes(path), path);
  if (layer.width !== map.width || layer.height !== map.height) {
    throw new DatasetError(
      `Cannot read mask "${path}": it is ${layer.width} × ${layer.height}, expected ${map.width} × ${map.height} ` +
        "as the other masks of its photo",
    );
  }
  stamp(map, layer, 0, 0, label);
}

async function draw(map: LabelMap, shape: Shape, name: string): Promise<void> {
  const { label } = shape;
  switch (shape.kind) {
    case "polygon":
      return fillPolygon(map, shape.rings, label);
    case "runs":
      return fillRuns(map, shape.counts, shape.size, label, name);
    case "bitmap":
      return stamp(map, await unpackBitmap(shape, name), Math.round(shape.x), Math.round(shape.y), label);
    case "layer":
      return await stampLayer(map, shape.path, label);
  }
}

/**
 * The mask that shapes make: 0 where none is, later shapes over earlier ones.
 * @throws {DatasetError} Naming the source, if a shape is damaged or of another size, or the size is none of a picture
 */
export async function drawMask({ width, height, shapes, name }: DrawnSource): Promise<RawMask> {
  const isSize = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!isSize || width * height > MOST_PIXELS) {
    throw new DatasetError(
      `Cannot draw mask "${name}": it is ${width} × ${height}, expected a picture's size of at most ${MOST_PIXELS} pixels`,
    );
  }
  const map = { width, height, data: new Uint8Array(width * height) };
  for (const shape of shapes) await draw(map, shape, name);
  return { ...map, kind: "index" };
}
