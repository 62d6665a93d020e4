import assert from "node:assert/strict";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { requireTensors } from "../../src/nn/check_tensors.ts";

const tensor = (...values: number[]): StoredTensor => ({
  dtype: "float32",
  shape: [values.length],
  data: Float32Array.from(values),
});

Deno.test("requireTensors() takes all that is required, and what is known", () => {
  const tensors = new Map([["a", tensor(1, 2)], ["b", tensor()]]);
  requireTensors("load", tensors, { required: ["a"], known: ["a", "b", "c"] });
  requireTensors("load", new Map(), { required: [], known: [] });
});

Deno.test("requireTensors() tells all problems at once, with the first ten names of each", () => {
  const tensors = new Map([["a", tensor(1, NaN)], ["b", tensor(-Infinity)], ["c", tensor(0)]]);
  const required = ["a", ...Array.from({ length: 12 }, (_, i) => `x${i}`)];
  assert.throws(() => requireTensors("load it", tensors, { required, known: [...required, "b"] }), {
    name: "CheckpointMismatch",
    message:
      "Cannot load it: 12 missing: x0, x1, x2, x3, x4, x5, x6, x7, x8, x9 and 2 more; 1 left over: c; " +
      "2 not finite: a, b, expected every tensor of the model, no other, and finite values",
  });
});
