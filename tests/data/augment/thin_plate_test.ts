import assert from "node:assert/strict";
import { fitThinPlate, type Point, thinPlateGrid } from "../../../src/data/augment/thin_plate.ts";

const CENTERS: readonly Point[] = [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]];
const MOVED: readonly Point[] = [[0.35, 0.2], [0.77, 0.37], [0.17, 0.78], [0.8, 0.65]];

/** SciPy's `RBFInterpolator` with a thin plate spline from MOVED to CENTERS at 6 × 8 middles of pixels, from `pillow_digests.py`. */
const SCIPY_X = [
  -0.048849,
  0.066885,
  0.189316,
  0.323604,
  0.465982,
  0.607498,
  0.741488,
  0.865926,
  -0.007182,
  0.106038,
  0.224863,
  0.358114,
  0.50154,
  0.64483,
  0.776805,
  0.894032,
  0.043557,
  0.156758,
  0.273666,
  0.397941,
  0.529305,
  0.663341,
  0.788628,
  0.900537,
  0.097347,
  0.209432,
  0.319771,
  0.430784,
  0.543186,
  0.655058,
  0.767341,
  0.886299,
  0.146537,
  0.257491,
  0.3601,
  0.460246,
  0.560007,
  0.660469,
  0.766734,
  0.884381,
  0.182712,
  0.290615,
  0.391645,
  0.488979,
  0.585906,
  0.685307,
  0.790472,
  0.90298,
];
const SCIPY_Y = [
  0.146002,
  0.146529,
  0.131086,
  0.087364,
  0.024347,
  -0.036615,
  -0.079626,
  -0.099857,
  0.30474,
  0.311262,
  0.304419,
  0.263172,
  0.197654,
  0.132462,
  0.094257,
  0.091226,
  0.44184,
  0.448412,
  0.446138,
  0.426297,
  0.389547,
  0.346427,
  0.324172,
  0.333823,
  0.571667,
  0.580897,
  0.594293,
  0.60608,
  0.614556,
  0.624294,
  0.633053,
  0.625891,
  0.712462,
  0.724391,
  0.756221,
  0.793927,
  0.832551,
  0.869501,
  0.892612,
  0.888577,
  0.884299,
  0.903504,
  0.9391,
  0.983512,
  1.028894,
  1.068376,
  1.09411,
  1.102333,
];

Deno.test("thinPlateGrid() gives SciPy's values", () => {
  const { x, y } = thinPlateGrid(fitThinPlate(MOVED, CENTERS), 6, 8);
  const rounded = (values: Float64Array) => Array.from(values, (value) => Math.round(value * 1e6) / 1e6);
  // SciPy's numbers are written with six places
  rounded(x).forEach((value, i) => assert.ok(Math.abs(value - SCIPY_X[i]!) < 1.5e-6, `x of ${i}: ${value}`));
  rounded(y).forEach((value, i) => assert.ok(Math.abs(value - SCIPY_Y[i]!) < 1.5e-6, `y of ${i}: ${value}`));
});

Deno.test("thinPlateGrid() passes through the values at the knots", () => {
  const knots: Point[] = [[0.5 / 8, 0.5 / 6], [3.5 / 8, 1.5 / 6], [2.5 / 8, 5.5 / 6], [7.5 / 8, 4.5 / 6]];
  const { x, y } = thinPlateGrid(fitThinPlate(knots, MOVED), 6, 8);
  [0, 8 + 3, 5 * 8 + 2, 4 * 8 + 7].forEach((place, i) => {
    assert.ok(Math.abs(x[place]! - MOVED[i]![0]) < 1e-12 && Math.abs(y[place]! - MOVED[i]![1]) < 1e-12);
  });
});

Deno.test("fitThinPlate() needs no weights for what a plane does", () => {
  const { weights } = fitThinPlate(CENTERS, CENTERS.map(([x, y]): Point => [2 * x - y, 0.5 + y]));
  for (const [x, y] of weights) assert.ok(Math.abs(x) < 1e-12 && Math.abs(y) < 1e-12);
});
