/** Red, green, blue; integers 0 … 255. */
export type Color = readonly [number, number, number];

/** Red, green, blue in one number. */
export function packColor([r, g, b]: Color): number {
  return (r << 16) | (g << 8) | b;
}

/** The reverse of {@link packColor}. */
export function unpackColor(packed: number): [number, number, number] {
  return [packed >> 16, (packed >> 8) & 255, packed & 255];
}

/** Whether a colour is grey: red, green and blue are the same. */
export function isGrey([red, green, blue]: Color): boolean {
  return red === green && green === blue;
}
