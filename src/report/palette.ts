/** Colours of classes. */

/** Red, green, blue, each an integer from 0 to 255 (sRGB). */
export type RgbColor = readonly [number, number, number];

/** The largest number of classes that a label map of bytes can hold. */
const MAX_COLORS = 256;

/**
 * PASCAL VOC's palette: the bits of an index dealt out to red, green and blue, highest bit first (`VOClabelcolormap`
 * of the VOC development kit). Colour 0 is black, colour 255 is [224, 224, 192].
 * @returns 256 colours, the palette of index PNG files
 */
export function vocPalette(): RgbColor[] {
  return Array.from({ length: MAX_COLORS }, (_, index) => {
    const color = [0, 0, 0];
    for (let bit = 0; bit < 8; bit++) color[bit % 3]! |= ((index >> bit) & 1) << (7 - Math.floor(bit / 3));
    return [color[0]!, color[1]!, color[2]!];
  });
}

/**
 * Colours that are easy to tell apart, for a dataset that names none: each the farthest, in OKLab, from those before,
 * out of colours that are neither very dark, very bright, grey nor glaring. The first ones stay the same for any count.
 * @param count An integer from 0 to 256
 * @throws {RangeError} If `count` is something else
 */
export function distinctColors(count: number): RgbColor[] {
  if (!Number.isInteger(count) || count < 0 || count > MAX_COLORS) {
    throw new RangeError(
      `Cannot choose colours: count is ${count}, expected an integer from 0 to ${MAX_COLORS}`,
    );
  }
  const candidates = calmColors();
  // Distance of each candidate to the nearest colour taken so far.
  const distances = new Float64Array(candidates.length).fill(Infinity);
  let next = nearestIndex(candidates, FIRST_COLOR);
  return Array.from({ length: count }, () => {
    const taken = candidates[next]!;
    candidates.forEach((candidate, i) => {
      distances[i] = Math.min(distances[i]!, squaredDistance(candidate.oklab, taken.oklab));
    });
    next = distances.indexOf(distances.reduce((a, b) => Math.max(a, b)));
    return taken.rgb;
  });
}

/**
 * The colours to draw a dataset in: its own, or distinct ones.
 * @param colors One for each class, or `undefined`
 * @throws {RangeError} If there are fewer colours than classes
 */
export function classColors(classes: number, colors?: readonly RgbColor[]): RgbColor[] {
  if (colors === undefined) return distinctColors(classes);
  if (colors.length < classes) {
    throw new RangeError(`Cannot colour ${classes} classes: ${colors.length} colours, expected one a class`);
  }
  return colors.slice(0, classes);
}

/** The colour as CSS writes it, `#4477aa`. */
export function cssColor(color: RgbColor): string {
  return `#${color.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

type Oklab = readonly [number, number, number];

interface Candidate {
  readonly rgb: RgbColor;
  readonly oklab: Oklab;
}

const FIRST_COLOR: RgbColor = [76, 120, 176];
/** Bounds in OKLab that leave 1000 or more candidates: enough for 256 classes, none of them glaring. */
const LIGHTNESS = { min: 0.42, max: 0.88 };
const CHROMA = { min: 0.055, max: 0.17 };
/** Step between candidate values of a channel: 18 levels from 0 to 255. */
const STEP = 15;

function calmColors(): Candidate[] {
  const levels = Array.from({ length: 255 / STEP + 1 }, (_, i) => i * STEP);
  const all = levels.flatMap((r) => levels.flatMap((g) => levels.map((b): RgbColor => [r, g, b])));
  return all.map((rgb) => ({ rgb, oklab: oklabOf(rgb) })).filter(({ oklab: [lightness, a, b] }) => {
    const chroma = Math.hypot(a, b);
    return lightness > LIGHTNESS.min && lightness < LIGHTNESS.max && chroma > CHROMA.min &&
      chroma < CHROMA.max;
  });
}

function nearestIndex(candidates: readonly Candidate[], color: RgbColor): number {
  const target = oklabOf(color);
  const distances = candidates.map(({ oklab }) => squaredDistance(oklab, target));
  return distances.indexOf(Math.min(...distances));
}

function squaredDistance(a: Oklab, b: Oklab): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

/** OKLab of an sRGB colour (Björn Ottosson, "A perceptual color space for image processing", 2020). */
function oklabOf(color: RgbColor): Oklab {
  const [r, g, b] = color.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
