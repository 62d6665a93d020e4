import assert from "node:assert/strict";
import { prepareForEvaluation } from "../../../src/data/augment/evaluation.ts";

const PLAIN = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
const IMAGE = { width: 4, height: 2, data: Uint8Array.from({ length: 24 }, (_, i) => 10 * i) };

Deno.test("prepareForEvaluation() normalizes the whole picture at its own size", () => {
  const input = prepareForEvaluation(IMAGE, PLAIN);
  assert.deepEqual([input.height, input.width, [...input.data]], [2, 4, [...IMAGE.data]]);
  assert.equal(
    prepareForEvaluation(IMAGE).data[0],
    Math.fround((0 - Math.fround(123.675)) / Math.fround(58.395)),
  );
});

Deno.test("prepareForEvaluation() fits into the scale times the ratio with the shape kept", () => {
  const input = prepareForEvaluation(IMAGE, { ...PLAIN, scale: [100, 10], ratio: 1.5 });
  assert.deepEqual([input.height, input.width, input.data.length], [15, 30, 15 * 30 * 3]);
});

Deno.test("prepareForEvaluation() mirrors on request", () => {
  const [straight, mirrored] = [false, true].map((flip) => prepareForEvaluation(IMAGE, { ...PLAIN, flip }));
  assert.deepEqual([...mirrored!.data.subarray(0, 3)], [...straight!.data.subarray(9, 12)]);
});

Deno.test("prepareForEvaluation() refuses a ratio that is not above 0", () => {
  assert.throws(() => prepareForEvaluation(IMAGE, { ratio: 0 }), RangeError);
});
