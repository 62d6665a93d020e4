/** Bits that cameras, microscopes and scanners measure with, whatever they store. */
const MEASURED: readonly number[] = [8, 10, 12, 14, 16];

/**
 * How many bits the values of a 16-bit picture have: the fewest of 8, 10, 12, 14 and 16 that hold its largest value. A
 * camera of 12 bits stores 0 to 4095.
 * @param data `[height, width, channels]`
 * @param colors Channels that count; those behind them are alpha
 */
export function measuredBits(data: Uint16Array, channels: number, colors = channels): number {
  let most = 0;
  for (let i = 0; i < data.length; i += channels) {
    for (let c = 0; c < colors; c++) if (data[i + c]! > most) most = data[i + c]!;
  }
  return MEASURED.find((bits) => most < 2 ** bits)!;
}

/**
 * Values of a 16-bit picture as 0 to 255: the upper 8 of its `measuredBits`. A picture that uses all 16 bits keeps its
 * upper 8, as in OpenCV and Pillow; one of a 12-bit camera is 16 times as bright as theirs.
 */
export function sixteenToBytes(data: Uint16Array, channels: number, colors = channels): Uint8Array {
  const shift = measuredBits(data, channels, colors) - 8;
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.min(255, data[i]! >> shift);
  return bytes;
}
