/**
 * Colour conversion on bytes as OpenCV 4 has it (`cvtColor` with COLOR_RGB2HSV and COLOR_HSV2RGB on CV_8U; modules/imgproc/src/color_hsv):
 * hue in half degrees, 0 … 179, saturation and value 0 … 255. To HSV in fixed point with 12 bits, back in float32.
 */
const FIXED_BITS = 12;
const HALF = 1 << (FIXED_BITS - 1);
const HUE_RANGE = 180;

/** Rounds halves to even, as `cvRound`. */
function roundEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}

/** Reciprocals `scale / i` in 12-bit fixed point; 0 for i = 0. */
function reciprocals(scale: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, i) => i === 0 ? 0 : roundEven((scale << FIXED_BITS) / i));
}

interface Tables {
  readonly saturation: Int32Array;
  readonly hue: Int32Array;
  /** `i / 255` in float32. */
  readonly unit: Float32Array;
}

let made: Tables | undefined;

/** Made when first asked for: nothing runs at import time. */
function tables(): Tables {
  made ??= {
    saturation: reciprocals(255),
    hue: reciprocals(HUE_RANGE / 6),
    unit: Float32Array.from({ length: 256 }, (_, i) => Math.fround(i * Math.fround(1 / 255))),
  };
  return made;
}

/**
 * Converts pixels in place from RGB to HSV.
 * @param pixels `[N, 3]` bytes; afterwards hue 0 … 179, saturation, value
 */
export function rgbToHsv(pixels: Uint8Array): void {
  const { saturation, hue } = tables();
  for (let i = 0; i + 2 < pixels.length; i += 3) {
    const r = pixels[i]!, g = pixels[i + 1]!, b = pixels[i + 2]!;
    const max = r > g ? (r > b ? r : b) : (g > b ? g : b);
    const min = r < g ? (r < b ? r : b) : (g < b ? g : b);
    const range = max - min;
    const sextant = max === r ? g - b : max === g ? b - r + 2 * range : r - g + 4 * range;
    const h = (sextant * hue[range]! + HALF) >> FIXED_BITS;
    pixels[i] = h < 0 ? h + HUE_RANGE : h;
    pixels[i + 1] = (range * saturation[max]! + HALF) >> FIXED_BITS;
    pixels[i + 2] = max;
  }
}

/**
 * Converts pixels in place from HSV to RGB: OpenCV's vector path with fused multiply-add, which cuts fractions off
 * (its scalar path, for the last pixels of a row, rounds: one level more in a third of all values).
 * @param pixels `[N, 3]` bytes: hue 0 … 179, saturation, value
 */
export function hsvToRgb(pixels: Uint8Array): void {
  const { unit } = tables();
  const fround = Math.fround;
  const hueScale = fround(6 / HUE_RANGE);
  for (let i = 0; i + 2 < pixels.length; i += 3) {
    const high = pixels[i + 2]!;
    const s = unit[pixels[i + 1]!]!;
    const v = unit[high]!;
    const position = fround(pixels[i]! * hueScale);
    const sector = position | 0;
    const rest = fround(position - sector);
    // `1 − s·rest` is one operation of float32 there: in float64 the product is exact
    const low = fround(fround(v * fround(1 - s)) * 255) | 0;
    const falling = fround(fround(v * fround(1 - s * rest)) * 255) | 0;
    const rising = fround(fround(v * fround(1 - s * fround(1 - rest))) * 255) | 0;
    if (sector === 0) write(pixels, i, high, rising, low);
    else if (sector === 1) write(pixels, i, falling, high, low);
    else if (sector === 2) write(pixels, i, low, high, rising);
    else if (sector === 3) write(pixels, i, low, falling, high);
    else if (sector === 4) write(pixels, i, rising, low, high);
    else write(pixels, i, high, low, falling);
  }
}

function write(pixels: Uint8Array, at: number, r: number, g: number, b: number): void {
  pixels[at] = r;
  pixels[at + 1] = g;
  pixels[at + 2] = b;
}
