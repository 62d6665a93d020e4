import { encode } from "fast-png";

/**
 * Writes a grey PNG of 8 bits, or of 16 where a number needs them: a mask as a dataset stores it.
 * @param labels `[height, width]`, the class of each pixel
 * @param values The number that is written for each class, from 0 to 65535
 * @throws {RangeError} If a label has no number
 */
export function encodeValuePng(
  { width, height }: { readonly width: number; readonly height: number },
  labels: Uint8Array,
  values: readonly number[],
): Uint8Array {
  const outside = labels.find((label) => label >= values.length);
  if (outside !== undefined) {
    throw new RangeError(`Cannot write PNG: class ${outside} has no value, expected one of ${values.length}`);
  }
  if (Math.max(...values) > 255) {
    const data = Uint16Array.from(labels, (label) => values[label]!);
    return encode({ width, height, data, channels: 1, depth: 16 });
  }
  const data = Uint8Array.from(labels, (label) => values[label]!);
  return encode({ width, height, data, channels: 1, depth: 8 });
}
