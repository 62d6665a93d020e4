/** Surface patterns: each gives a number in [0, 1] that blends an object's two colours. */
export type Texture = "plain" | "stripes" | "checks" | "dots" | "rays" | "speckle";

/** A fixed pseudo-random number in [0, 1) for a lattice point; the same for the same three integers. */
export function latticeNoise(x: number, y: number, salt: number): number {
  let hash = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(salt, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x100000000;
}

/** Smooth noise in [0, 1]: the lattice's numbers, blended between neighbours. */
export function smoothNoise(x: number, y: number, salt: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const ease = (t: number) => t * t * (3 - 2 * t);
  const u = ease(x - left);
  const v = ease(y - top);
  const upper = latticeNoise(left, top, salt) * (1 - u) + latticeNoise(left + 1, top, salt) * u;
  const lower = latticeNoise(left, top + 1, salt) * (1 - u) + latticeNoise(left + 1, top + 1, salt) * u;
  return upper * (1 - v) + lower * v;
}

function wave(position: number): number {
  return 0.5 + 0.5 * Math.max(-1, Math.min(1, 2.5 * Math.sin(position)));
}

function dotAt(x: number, y: number, period: number): number {
  const nearX = x - period * Math.round(x / period);
  const nearY = y - period * Math.round(y / period);
  return Math.max(0, Math.min(1, period * 0.32 - Math.hypot(nearX, nearY) + 0.5));
}

/**
 * The share of an object's second colour at a point.
 * @param x, y In pixels, around the object's centre and turned with it
 * @param period Width of the pattern in pixels, above 0
 * @param salt Chooses among patterns of noise; an integer
 * @returns In [0, 1]
 */
export function textureAt(texture: Texture, x: number, y: number, period: number, salt: number): number {
  const turn = 2 * Math.PI / period;
  switch (texture) {
    case "plain":
      return 0;
    case "stripes":
      return wave(turn * x);
    case "checks":
      return wave(turn * x) > 0.5 === wave(turn * y) > 0.5 ? 1 : 0;
    case "dots":
      return dotAt(x, y, period);
    case "rays":
      return wave(Math.atan2(y, x) * 6);
    case "speckle":
      return latticeNoise(Math.floor(x / 1.5), Math.floor(y / 1.5), salt);
  }
}
