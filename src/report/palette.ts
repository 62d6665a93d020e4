/** Colours of classes. */

/** Red, green, blue, each an integer from 0 to 255 (sRGB). */
export type RgbColor = readonly [number, number, number];

/** The colour as CSS writes it, `#4477aa`. */
export function cssColor(color: RgbColor): string {
  return `#${color.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
