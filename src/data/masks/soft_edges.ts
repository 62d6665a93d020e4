/** Masks whose classes were blurred by JPEG, scaling or anti-aliasing: many values near a few. */
import { type Color, unpackColor } from "../colors.ts";

/** Levels from a pure one that JPEG and soft edges reach in most of their pixels. */
const NEAR = 40;

/** Share of the pixels that must be near a pure level. */
const MOST = 0.8;

/** Fewer values than this are classes of their own. */
const FEW_VALUES = 8;

type Counts = readonly { readonly value: number; readonly count: number }[];

/**
 * The two levels of a grey mask with soft edges; `undefined` where it does not look like one.
 * @param counts Stored values with their pixels
 */
export function softLevels(counts: Counts): readonly [number, number] | undefined {
  if (counts.length < FEW_VALUES) return undefined;
  const values = counts.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (high - low < 2.5 * NEAR || high > 255) return undefined;
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const share = (level: number) =>
    counts.reduce((sum, { value, count }) => sum + (Math.abs(value - level) <= NEAR ? count : 0), 0) / total;
  const [dark, light] = [share(low), share(high)];
  // the outermost levels alone must be common: grey photos have tails there
  const peaks = counts.reduce(
    (sum, { value, count }) => sum + (value === low || value === high ? count : 0),
    0,
  );
  const isSoft = dark > 0.001 && light > 0.001 && dark + light >= MOST && peaks >= total * 0.3;
  return isSoft ? [low, high] : undefined;
}

/** The sentence for a grey mask with soft edges. */
export function softLevelsText([low, high]: readonly [number, number], values: number): string {
  const middle = Math.round((low + high) / 2);
  return `it looks like a binary mask with soft edges, ${low} and ${high} with ${
    values - 2
  } levels between, as JPEG, ` +
    `scaling or anti-aliasing leave them: threshold it with Image.open(path).convert("L").point(lambda v: 255 * ` +
    `(v > ${middle})) of Pillow, saved as PNG, then classes = ["background", "object"], values = [0, 255]`;
}

function distance(a: Color, b: Color): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/**
 * Whether colours of no class look like blurred borders of the classes' colours: many of them, and few pixels.
 * @param unknown Packed colours of no class
 * @param knownPixels Pixels of the classes' own colours
 */
export function areSoftColors(unknown: Counts, knownPixels: number): boolean {
  const pixels = unknown.reduce((sum, { count }) => sum + count, 0);
  return unknown.length >= FEW_VALUES && pixels <= knownPixels && pixels / unknown.length < knownPixels / 50;
}

/** The sentence for colours at soft edges. */
export function softColorsText(unknown: Counts, colors: readonly Color[]): string {
  const nearest = (value: number) => Math.min(...colors.map((color) => distance(color, unpackColor(value))));
  const far = Math.max(...unknown.map(({ value }) => nearest(value)));
  return `it looks like a mask with soft edges: ${unknown.length} colours of no class, up to ${
    Math.round(far)
  } levels from the nearest, as JPEG, scaling or anti-aliasing leave them: save the masks without, or set each pixel ` +
    `to the nearest of colors, as PNG`;
}
