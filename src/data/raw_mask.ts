import { decodeMask, type RawMask } from "../formats/decode_mask.ts";
import type { Source } from "./dataset.ts";
import { readBytes } from "./read_file.ts";
import { drawMask } from "./shapes/draw_mask.ts";
import { syntheticLabels } from "./synthetic/synthetic_picture.ts";

/**
 * A mask's values as they are stored, kept, drawn or generated.
 * @throws {DatasetError} Naming the file, if it is missing, or what is to be drawn is damaged
 * @throws {FormatError} If it is no mask, cut off or damaged
 */
export async function readRawMask(source: Source): Promise<RawMask> {
  if (source.kind === "file") return await decodeMask(await readBytes(source.path), source.path);
  if (source.kind === "drawn") return await drawMask(source);
  if (source.kind === "kept") return await decodeMask(source.png, source.name);
  const { width, height, data } = syntheticLabels(source);
  return { kind: "index", width, height, data };
}
