import { DatasetError } from "../../core/errors.ts";
import type { LabelMap } from "../dataset.ts";
import type { BrushShape } from "./shape.ts";

/** Reads numbers of some bits from bytes, the highest bit first. */
function bitReader(bytes: readonly number[], name: string): (bits: number) => number {
  let at = 0;
  return (bits) => {
    if (at + bits > bytes.length * 8) {
      throw new DatasetError(
        `Cannot read the brush of "${name}": it is cut off, expected Label Studio's runs`,
      );
    }
    let value = 0;
    for (let i = 0; i < bits; i++, at++) {
      value = value * 2 + ((bytes[at >> 3]! >> (7 - (at & 7))) & 1);
    }
    return value;
  };
}

/**
 * Fills what a brush of Label Studio painted: bytes of red, green, blue and alpha by turns, packed in runs (the bit stream of
 * its converter: the number of bytes in 32 bits, the bits of a byte - 1 in 5, four run sizes - 1 in 4 each; then a bit that
 * says whether a run has one value, 2 bits that choose the size, the length - 1, and the value or values). A pixel
 * with an alpha above 0 is painted.
 * @param map `[H, W]`, changed in place
 * @throws {DatasetError} If it is cut off, or of another size than the map
 */
export function fillBrush(
  { width, height, data }: LabelMap,
  { bytes, label }: BrushShape,
  name: string,
): void {
  const wrong = bytes.find((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255);
  if (wrong !== undefined) {
    throw new DatasetError(`Cannot read the brush of "${name}": one byte is ${wrong}, expected 0 to 255`);
  }
  const read = bitReader(bytes, name);
  const count = read(32);
  if (count !== width * height * 4) {
    throw new DatasetError(
      `Cannot read the brush of "${name}": it is of ${
        count / 4
      } pixels, expected ${width} × ${height} as the picture`,
    );
  }
  const bits = read(5) + 1;
  const sizes = [read(4) + 1, read(4) + 1, read(4) + 1, read(4) + 1];
  for (let at = 0; at < count;) {
    const isRun = read(1) === 1;
    const end = Math.min(count, at + 1 + read(sizes[read(2)]!));
    let value = isRun ? read(bits) : 0;
    for (; at < end; at++) {
      if (!isRun) value = read(bits);
      if ((at & 3) === 3 && value > 0) data[at >> 2] = label;
    }
  }
}
