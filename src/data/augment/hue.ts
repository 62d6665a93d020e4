/**
 * Turns hues on bytes as torchvision's `adjust_hue` and AugSeg do for pictures: Pillow's conversion to HSV (hue 0 … 255 for the
 * circle, `Convert.c`, after Python's colorsys) in float32, the hue moved modulo 256, and back.
 */
const fround = Math.fround;

/** Hue of a pixel that is not grey, 0 … 255. */
function hueOf(r: number, g: number, b: number, max: number, range: number): number {
  const red = fround((max - r) / range), green = fround((max - g) / range), blue = fround((max - b) / range);
  const sextant = fround(r === max ? blue - green : g === max ? 2 + red - blue : 4 + green - red);
  return (fround((sextant / 6 + 1) % 1) * 255) | 0;
}

/** Writes the RGB of a hue, saturation 1 … 255 and value. */
function writeHsv(pixels: Uint8Array, at: number, hue: number, saturation: number, value: number): void {
  const position = hue * 6 / 255;
  const sector = position | 0;
  const rest = fround(position - sector);
  const share = fround(saturation / 255);
  const low = Math.round(value * (1 - share));
  const falling = Math.round(value * (1 - fround(share * rest)));
  const rising = Math.round(value * (1 - share * (1 - rest)));
  if (sector === 1) write(pixels, at, falling, value, low);
  else if (sector === 2) write(pixels, at, low, value, rising);
  else if (sector === 3) write(pixels, at, low, falling, value);
  else if (sector === 4) write(pixels, at, rising, low, value);
  else if (sector === 5) write(pixels, at, value, low, falling);
  else write(pixels, at, value, rising, low); // 0, and 6 for hue 255
}

function write(pixels: Uint8Array, at: number, r: number, g: number, b: number): void {
  pixels[at] = r;
  pixels[at + 1] = g;
  pixels[at + 2] = b;
}

/**
 * Turns the hue of every pixel in place; greys stay, others lose what rounding to HSV takes, for turn 0 too.
 * @param pixels `[N, 3]` RGB bytes
 * @param turn Share of the circle, in [-0.5, 0.5]; its 255ths are cut to an integer
 */
export function turnHue(pixels: Uint8Array, turn: number): void {
  const shift = Math.trunc(turn * 255);
  for (let i = 0; i + 2 < pixels.length; i += 3) {
    const r = pixels[i]!, g = pixels[i + 1]!, b = pixels[i + 2]!;
    const max = r > g ? (r > b ? r : b) : (g > b ? g : b);
    const min = r < g ? (r < b ? r : b) : (g < b ? g : b);
    const range = max - min;
    const saturation = range === 0 ? 0 : (fround(range / max) * 255) | 0;
    if (saturation === 0) write(pixels, i, max, max, max);
    else writeHsv(pixels, i, (hueOf(r, g, b, max, range) + shift) & 255, saturation, max);
  }
}
