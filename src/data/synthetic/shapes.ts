/** Outlines of the synthetic classes, and of decoys. */
export type Shape = "disk" | "square" | "triangle" | "ring" | "cross";

/** Every shape. */
export const SHAPES: readonly Shape[] = ["disk", "square", "triangle", "ring", "cross"];

function boxDistance(x: number, y: number, halfWidth: number, halfHeight: number): number {
  const dx = Math.abs(x) - halfWidth;
  const dy = Math.abs(y) - halfHeight;
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0);
}

/** Distance to the nearest side's line: inside exact, outside too small at the corners, which rounds nothing. */
function triangleDistance(x: number, y: number): number {
  const slope = Math.sqrt(3) / 2;
  return Math.max(y - 0.5, slope * x - 0.5 * y - 0.5, -slope * x - 0.5 * y - 0.5);
}

/**
 * Signed distance of a point to a shape's outline, negative inside.
 * @param x, y In units of the shape's radius, around its centre
 */
export function shapeDistance(shape: Shape, x: number, y: number): number {
  switch (shape) {
    case "disk":
      return Math.hypot(x, y) - 0.9;
    case "square":
      return boxDistance(x, y, 0.75, 0.75);
    case "triangle":
      return triangleDistance(x, y);
    case "ring":
      return Math.abs(Math.hypot(x, y) - 0.7) - 0.28;
    case "cross":
      return Math.min(boxDistance(x, y, 0.95, 0.32), boxDistance(x, y, 0.32, 0.95));
  }
}
