/** Corners of the polygon in place of an ellipse: its area differs by 0.2 %. */
const CORNERS = 64;

/**
 * An ellipse as a ring `[x0, y0, …]`.
 * @param center Column and row of its middle
 * @param radii Along the columns and the rows, before it is turned
 * @param degrees By which it is turned, clockwise in a picture
 */
export function ellipseRing(
  [cx, cy]: readonly [number, number],
  [rx, ry]: readonly [number, number],
  degrees = 0,
): number[] {
  const turn = (degrees * Math.PI) / 180;
  return Array.from({ length: CORNERS }, (_, i) => (2 * Math.PI * i) / CORNERS).flatMap((angle) => {
    const [x, y] = [rx * Math.cos(angle), ry * Math.sin(angle)];
    return [cx + x * Math.cos(turn) - y * Math.sin(turn), cy + x * Math.sin(turn) + y * Math.cos(turn)];
  });
}
