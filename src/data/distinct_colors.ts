/** Colours that are easy to tell apart, on a photo too. */
import type { Color } from "./dataset.ts";

/** A background's. */
export const BLACK: Color = [0, 0, 0];

/** What pictures paint where there is no label. */
const NO_LABEL: Color = [218, 218, 218];

const FIRST_COLOR: Color = [225, 45, 60];

/** Bounds in OKLab of what is neither nearly black nor nearly white, neither grey nor glaring. */
const LIGHTNESS = { min: 0.46, max: 0.9 };
const CHROMA = { min: 0.06, max: 0.22 };

/** Step between candidate values of a channel: 18 levels from 0 to 255. */
const STEP = 15;

/** Lightness, and two axes of chroma. */
type Oklab = readonly [number, number, number];

interface Candidate {
  readonly rgb: Color;
  readonly oklab: Oklab;
}

/**
 * Distinct colours: each the farthest, in OKLab, from those before, from black and from the grey of what has no label. The
 * first ones stay the same for any count.
 * @param count At most 1000
 */
export function distinctColors(count: number): Color[] {
  const candidates = calmColors();
  const distances = candidates.map(({ oklab }) =>
    Math.min(...[BLACK, NO_LABEL].map((color) => squaredDistance(oklab, oklabOf(color))))
  );
  let next = nearestIndex(candidates, FIRST_COLOR);
  return Array.from({ length: count }, () => {
    const taken = candidates[next]!;
    candidates.forEach(({ oklab }, i) => {
      distances[i] = Math.min(distances[i]!, squaredDistance(oklab, taken.oklab));
    });
    next = distances.indexOf(Math.max(...distances));
    return taken.rgb;
  });
}

function calmColors(): Candidate[] {
  const levels = Array.from({ length: 255 / STEP + 1 }, (_, i) => i * STEP);
  const all = levels.flatMap((r) => levels.flatMap((g) => levels.map((b): Color => [r, g, b])));
  return all.map((rgb) => ({ rgb, oklab: oklabOf(rgb) })).filter(({ oklab: [lightness, a, b] }) => {
    const chroma = Math.hypot(a, b);
    return lightness > LIGHTNESS.min && lightness < LIGHTNESS.max && chroma > CHROMA.min &&
      chroma < CHROMA.max;
  });
}

function nearestIndex(candidates: readonly Candidate[], color: Color): number {
  const target = oklabOf(color);
  const distances = candidates.map(({ oklab }) => squaredDistance(oklab, target));
  return distances.indexOf(Math.min(...distances));
}

function squaredDistance(a: Oklab, b: Oklab): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

/** OKLab of an sRGB colour (Björn Ottosson, "A perceptual color space for image processing", 2020). */
export function oklabOf(color: Color): Oklab {
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
