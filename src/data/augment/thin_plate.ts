/** A point, or an offset: column and row as shares of the sides. */
export type Point = readonly [x: number, y: number];

/**
 * A map of the plane by thin plate splines, the smoothest with given values at its knots:
 * `f(p) = c₀ + c₁ x + c₂ y + Σ wᵢ U(|p − kᵢ|)` with `U(r) = r² log r²` (Bookstein 1989) for each coordinate.
 */
export interface ThinPlate {
  /** Where its values are given. */
  readonly knots: readonly Point[];
  /** `wᵢ` of both coordinates, one for each knot. */
  readonly weights: readonly Point[];
  /** `c₀, c₁, c₂` of both coordinates. */
  readonly plane: readonly [Point, Point, Point];
}

/** Solves `rows · x = right` by Gauss elimination with the largest pivot. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j <= n; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}

/** `U` of a squared distance. */
function kernel(squared: number): number {
  return squared === 0 ? 0 : squared * Math.log(squared);
}

/**
 * The map through values at knots.
 * @param knots At least three that are on no line
 * @param values One for each knot
 */
export function fitThinPlate(knots: readonly Point[], values: readonly Point[]): ThinPlate {
  const count = knots.length;
  const planes = knots.map(([x, y]) => [1, x, y]);
  const matrix = [
    ...knots.map(([x, y], i) => [
      ...knots.map(([kx, ky]) => kernel((x - kx) ** 2 + (y - ky) ** 2)),
      ...planes[i]!,
    ]),
    ...[0, 1, 2].map((c) => [...planes.map((row) => row[c]!), 0, 0, 0]),
  ];
  const [x, y] = [0, 1].map((axis) => solve(matrix, [...values.map((value) => value[axis]!), 0, 0, 0]));
  const solved = x!.map((value, i): Point => [value, y![i]!]);
  return {
    knots,
    weights: solved.slice(0, count),
    plane: [solved[count]!, solved[count + 1]!, solved[count + 2]!],
  };
}

/** Both coordinates of a map's values at a grid, each `[rows, columns]`. */
export interface GridValues {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Values of a map at the middles of a picture's pixels, whose sides are 1. */
export function thinPlateGrid(
  { knots, weights, plane }: ThinPlate,
  height: number,
  width: number,
): GridValues {
  const zeros = () => new Float64Array(height * width);
  const grid = { x: zeros(), y: zeros() };
  addPlane(grid, plane, height, width);
  knots.forEach((knot, k) => addKernel(grid, knot, weights[k]!, height, width));
  return grid;
}

function addPlane(
  { x: xs, y: ys }: GridValues,
  plane: ThinPlate["plane"],
  height: number,
  width: number,
): void {
  const [[x0, y0], [xRight, yRight], [xDown, yDown]] = plane;
  for (let y = 0, i = 0; y < height; y++) {
    const down = (y + 0.5) / height;
    for (let x = 0; x < width; x++, i++) {
      const right = (x + 0.5) / width;
      xs[i]! += x0 + xRight * right + xDown * down;
      ys[i]! += y0 + yRight * right + yDown * down;
    }
  }
}

function addKernel(
  { x: xs, y: ys }: GridValues,
  [kx, ky]: Point,
  [wx, wy]: Point,
  height: number,
  width: number,
): void {
  for (let y = 0, i = 0; y < height; y++) {
    const vertical = ((y + 0.5) / height - ky) ** 2;
    for (let x = 0; x < width; x++, i++) {
      const across = (x + 0.5) / width - kx;
      const value = kernel(across * across + vertical);
      xs[i]! += wx * value;
      ys[i]! += wy * value;
    }
  }
}
