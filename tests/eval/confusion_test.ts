import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfusionMatrix } from "../../src/eval/confusion.ts";

const IGNORE = 255;

interface CountedImage {
  readonly classes: number;
  readonly prediction: Uint8Array;
  readonly label: Uint8Array;
}

function countedImage(): fc.Arbitrary<CountedImage> {
  return fc.integer({ min: 1, max: 12 }).chain((classes) => {
    const value = fc.integer({ min: 0, max: classes - 1 });
    const pixel = fc.tuple(value, fc.oneof({ weight: 5, arbitrary: value }, fc.constant(IGNORE)));
    return fc.array(pixel, { maxLength: 80 }).map((pixels) => ({
      classes,
      prediction: Uint8Array.from(pixels, (p) => p[0]),
      label: Uint8Array.from(pixels, (p) => p[1]),
    }));
  });
}

function matrixOf(image: CountedImage): ConfusionMatrix {
  const matrix = new ConfusionMatrix(image.classes);
  matrix.add(image.prediction, image.label, IGNORE);
  return matrix;
}

function names(classes: number): string[] {
  return Array.from({ length: classes }, (_, k) => `class ${k}`);
}

/** Counts pixels that satisfy a rule, one rule at a time: the definition, slowly. */
function slowCount(image: CountedImage, rule: (prediction: number, label: number) => boolean): number {
  return [...image.label].filter((label, i) => label !== IGNORE && rule(image.prediction[i]!, label)).length;
}

Deno.test("summary() gives the measures of a case done by hand when three classes are mixed", () => {
  const matrix = new ConfusionMatrix(3);
  matrix.add(Uint8Array.of(0, 0, 1, 1, 1, 2), Uint8Array.of(0, 0, 0, 1, 1, IGNORE), IGNORE);
  assert.deepEqual(matrix.rows(), [[2, 1, 0], [0, 2, 0], [0, 0, 0]]);
  const summary = matrix.summary(["sky", "road", "car"]);
  assert.equal(summary.accuracy, 4 / 5);
  assert.equal(summary.miou, 2 / 3);
  assert.equal(summary.meanAccuracy, (2 / 3 + 1) / 2);
  assert.deepEqual(summary.perClass, [
    { name: "sky", iou: 2 / 3, accuracy: 2 / 3, pixels: 3, predictedPixels: 2 },
    { name: "road", iou: 2 / 3, accuracy: 1, pixels: 2, predictedPixels: 3 },
    { name: "car", pixels: 0, predictedPixels: 0 },
  ]);
});

Deno.test("summary() counts a class as IoU 0 when it is predicted but in no label", () => {
  const matrix = new ConfusionMatrix(2);
  matrix.add(Uint8Array.of(0, 1), Uint8Array.of(0, 0), IGNORE);
  const summary = matrix.summary(["a", "b"]);
  assert.equal(summary.perClass[1]!.iou, 0);
  assert.equal(summary.perClass[1]!.accuracy, undefined);
  assert.equal(summary.miou, 0.25);
  assert.equal(summary.meanAccuracy, 0.5);
});

Deno.test("add() leaves out a class when it is the ignore label", () => {
  const matrix = new ConfusionMatrix(2);
  matrix.add(Uint8Array.of(0, 1, 1), Uint8Array.of(0, 0, 1), 0);
  assert.deepEqual(matrix.rows(), [[0, 0], [0, 1]]);
});

Deno.test("rows() agrees with a slow count for any image", () => {
  fc.assert(fc.property(countedImage(), (image) => {
    const rows = matrixOf(image).rows();
    for (let label = 0; label < image.classes; label++) {
      for (let prediction = 0; prediction < image.classes; prediction++) {
        assert.equal(
          rows[label]![prediction],
          slowCount(image, (p, l) => p === prediction && l === label),
        );
      }
    }
  }));
});

Deno.test("summary() agrees with a slow union for any image", () => {
  fc.assert(fc.property(countedImage(), (image) => {
    fc.pre(slowCount(image, () => true) > 0);
    const summary = matrixOf(image).summary(names(image.classes));
    const ious: number[] = [];
    summary.perClass.forEach((result, k) => {
      const union = slowCount(image, (p, l) => p === k || l === k);
      const intersection = slowCount(image, (p, l) => p === k && l === k);
      assert.equal(result.iou, union === 0 ? undefined : intersection / union);
      if (union > 0) ious.push(intersection / union);
    });
    assert.ok(Math.abs(summary.miou - ious.reduce((a, b) => a + b, 0) / ious.length) < 1e-12);
  }));
});

Deno.test("merge() equals counting the joined images when both have the same classes", () => {
  fc.assert(fc.property(countedImage(), fc.nat(80), (image, at) => {
    const parts = [
      { ...image, prediction: image.prediction.slice(0, at), label: image.label.slice(0, at) },
      { ...image, prediction: image.prediction.slice(at), label: image.label.slice(at) },
    ].map(matrixOf);
    parts[0]!.merge(parts[1]!);
    assert.deepEqual(parts[0]!.rows(), matrixOf(image).rows());
  }));
});

Deno.test("fromRows() is the inverse of rows() for any image", () => {
  fc.assert(fc.property(countedImage(), (image) => {
    const rows = matrixOf(image).rows();
    assert.deepEqual(ConfusionMatrix.fromRows(JSON.parse(JSON.stringify(rows))).rows(), rows);
  }));
});

Deno.test("add() takes int32 predictions and counts millions of pixels exactly", () => {
  const matrix = new ConfusionMatrix(2);
  const label = new Uint8Array(1 << 20).fill(1);
  for (let i = 0; i < 8; i++) matrix.add(new Int32Array(1 << 20), label, IGNORE);
  assert.deepEqual(matrix.rows(), [[0, 0], [1 << 23, 0]]);
});

Deno.test("add() names the pixel and counts nothing when a value is outside the classes", () => {
  const matrix = new ConfusionMatrix(2);
  const bad: [Uint8Array | Int32Array, Uint8Array][] = [
    [Uint8Array.of(0, 0), Uint8Array.of(0, 2)],
    [Uint8Array.of(0, 2), Uint8Array.of(0, 1)],
    [Int32Array.of(0, -1), Uint8Array.of(0, 1)],
  ];
  for (const [prediction, label] of bad) {
    assert.throws(() => matrix.add(prediction, label, IGNORE), /^RangeError: Cannot count pixel 1: label/);
  }
  assert.deepEqual(matrix.rows(), [[0, 0], [0, 0]]);
});

Deno.test("ConfusionMatrix throws a RangeError when sizes do not fit", () => {
  assert.throws(() => new ConfusionMatrix(0), /0 classes, expected an integer from 1/);
  const matrix = new ConfusionMatrix(2);
  assert.throws(() => matrix.add(new Uint8Array(3), new Uint8Array(2), IGNORE), /3 predictions for 2 labels/);
  assert.throws(() => matrix.merge(new ConfusionMatrix(3)), /3 classes, expected 2/);
  assert.throws(() => matrix.summary(["a"]), /1 class names, expected 2/);
  assert.throws(() => matrix.summary(["a", "b"]), /no pixel was counted/);
  assert.throws(() => ConfusionMatrix.fromRows([[1, 2], [3]]), /row 1 has 1 numbers, expected 2/);
  assert.throws(() => ConfusionMatrix.fromRows([[-1]]), /-1 at \[0, 0\], expected a count/);
});
