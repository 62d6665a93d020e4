/** Outlines as rings `[x0, y0, x1, y1, …]`: boxes, ellipses, and what is turned. */

/** Corners of the polygon in place of an ellipse: its area differs by 0.2 %. */
const CORNERS = 64;

/** A box from its upper left corner to its lower right one, clockwise. */
export function boxRing(x0: number, y0: number, x1: number, y1: number): number[] {
  return [x0, y0, x1, y0, x1, y1, x0, y1];
}

/**
 * A ring, turned.
 * @param center What it is turned about, column and row
 * @param degrees Clockwise in a picture
 */
export function turnedRing(
  ring: readonly number[],
  [cx, cy]: readonly [number, number],
  degrees: number,
): number[] {
  if (degrees === 0) return [...ring];
  const turn = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return ring.map((_, i) => {
    const [dx, dy] = [ring[i - i % 2]! - cx, ring[i - i % 2 + 1]! - cy];
    return i % 2 === 0 ? cx + dx * cos - dy * sin : cy + dx * sin + dy * cos;
  });
}

/**
 * An ellipse.
 * @param center Column and row of its middle
 * @param radii Along the columns and the rows, before it is turned
 * @param degrees By which it is turned, clockwise in a picture
 */
export function ellipseRing(
  [cx, cy]: readonly [number, number],
  [rx, ry]: readonly [number, number],
  degrees = 0,
): number[] {
  const angles = Array.from({ length: CORNERS }, (_, i) => (2 * Math.PI * i) / CORNERS);
  const ring = angles.flatMap((angle) => [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)]);
  return turnedRing(ring, [cx, cy], degrees);
}
