/** The picture of `opencv_digests.py` and `pillow_digests.py`: `[height, width, 3]` bytes of every level, in no order. */
export function noise(height = 64, width = 64): Uint8Array {
  return Uint8Array.from({ length: height * width * 3 }, (_, i) => Math.imul(i, 2654435761 | 0) >>> 24);
}

/** A picture changed in place. */
export function changed(pixels: Uint8Array, change: (pixels: Uint8Array) => void): Uint8Array {
  change(pixels);
  return pixels;
}
