import { decodeMask, type RawMask } from "../formats/decode_mask.ts";
import type { Source } from "./dataset.ts";
import { readBytes } from "./read_file.ts";
import { drawMask } from "./shapes/draw_mask.ts";
import { syntheticLabels } from "./synthetic/synthetic_picture.ts";

/**
 * Colours that are all grey as the numbers that they stand for: some programs write every picture with three channels. A rule
 * for colours reads these numbers as the same greys.
 */
function numbersOfGreys(mask: RawMask): RawMask {
  const { kind, width, height, data } = mask;
  if (kind !== "color") return mask;
  const numbers = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < numbers.length; i++, at += 3) {
    const level = data[at]!;
    if (data[at + 1] !== level || data[at + 2] !== level) return mask;
    numbers[i] = level;
  }
  return { kind: "index", width, height, data: numbers };
}

/**
 * A mask's values as they are stored, kept, drawn or generated; of a file in grey with three channels the grey levels.
 * @throws {DatasetError} Naming the file, if it is missing, or what is to be drawn is damaged
 * @throws {FormatError} If it is no mask, cut off or damaged
 */
export async function readRawMask(source: Source): Promise<RawMask> {
  if (source.kind === "file") {
    return numbersOfGreys(await decodeMask(await readBytes(source.path), source.path));
  }
  if (source.kind === "drawn") return await drawMask(source);
  if (source.kind === "kept") return numbersOfGreys(await decodeMask(source.png, source.name));
  const { width, height, data } = syntheticLabels(source);
  return { kind: "index", width, height, data };
}
