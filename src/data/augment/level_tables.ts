/** Changes of each level by itself, on bytes as Pillow has them (`ImageOps`). */

/** Replaces each level by the table's. @param pixels Bytes, changed in place @param table 256 levels */
export function mapLevels(pixels: Uint8Array, table: Uint8Array): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i]!]!;
}

/** A table of 256 levels. @param levelOf Its values are cut to a byte */
export function levelTable(levelOf: (level: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, level) => {
    const value = levelOf(level);
    return value < 0 ? 0 : value > 255 ? 255 : Math.trunc(value);
  });
}

/** Replaces each channel's levels by a table made from how often each level is there. */
function mapByCounts(pixels: Uint8Array, tableOf: (counts: Uint32Array) => Uint8Array): void {
  for (let channel = 0; channel < 3; channel++) {
    const counts = new Uint32Array(256);
    for (let i = channel; i < pixels.length; i += 3) counts[pixels[i]!]!++;
    const table = tableOf(counts);
    for (let i = channel; i < pixels.length; i += 3) pixels[i] = table[pixels[i]!]!;
  }
}

/** Stretches each channel so that it begins at 0 and ends at 255; one of a single level stays. @param pixels `[N, 3]` */
export function autocontrast(pixels: Uint8Array): void {
  mapByCounts(pixels, (counts) => {
    const low = counts.findIndex((count) => count > 0);
    const high = counts.findLastIndex((count) => count > 0);
    if (high <= low) return levelTable((level) => level);
    const scale = 255 / (high - low);
    const offset = -low * scale;
    return levelTable((level) => level * scale + offset);
  });
}

/** Gives each channel about as many pixels of each level; one of too few pixels stays. @param pixels `[N, 3]` */
export function equalize(pixels: Uint8Array): void {
  mapByCounts(pixels, (counts) => {
    const highest = counts.findLastIndex((count) => count > 0);
    const step = highest < 0 ? 0 : Math.floor((pixels.length / 3 - counts[highest]!) / 255);
    if (step === 0) return levelTable((level) => level);
    let below = Math.floor(step / 2);
    return levelTable((level) => {
      const value = Math.floor(below / step);
      below += counts[level]!;
      return value;
    });
  });
}

/** Keeps the highest bits of each level. @param bits 1 to 8 */
export function posterize(pixels: Uint8Array, bits: number): void {
  const mask = 256 - (1 << (8 - bits));
  mapLevels(pixels, levelTable((level) => level & mask));
}

/** Inverts levels from a threshold on. @param threshold 256 inverts none */
export function solarize(pixels: Uint8Array, threshold: number): void {
  mapLevels(pixels, levelTable((level) => level < threshold ? level : 255 - level));
}
