import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { convolution } from "../../src/nn/convolution.ts";
import { paysBfloat16 } from "../../src/nn/convolution_bfloat16.ts";
import type { ConvolutionGeometry } from "../../src/nn/convolution_geometry.ts";
import type { ConvolutionPrecision } from "../../src/nn/precision.ts";
import { Tape } from "../../src/nn/tape.ts";
import { bfloat16Test, differentiate, normal } from "../numeric.ts";

/** Euclidean distance as a share of the expected norm. */
function relativeDistance(actual: Float32Array, expected: Float32Array): number {
  let [apart, size] = [0, 0];
  expected.forEach((value, i) => {
    apart += (actual[i]! - value) ** 2;
    size += value ** 2;
  });
  return Math.sqrt(apart / size);
}

/** Dense, dilated, mostly outside of the map, pointwise, strided with and without padding. */
const CASES: readonly (readonly [kernel: number, geometry: ConvolutionGeometry])[] = [
  [3, { stride: 1, dilation: 1, padding: 1 }],
  [3, { stride: 1, dilation: 4, padding: 4 }],
  [3, { stride: 1, dilation: 12, padding: 12 }],
  [3, { stride: 1, dilation: 24, padding: 24 }],
  [1, { stride: 1, dilation: 1, padding: 0 }],
  [1, { stride: 2, dilation: 1, padding: 0 }],
  [3, { stride: 2, dilation: 1, padding: 1 }],
];

const INPUT = [2, 17, 17, 128];

bfloat16Test("convolution() in bfloat16 is off by its rounding in all directions, and by no more", () => {
  for (const [kernel, geometry] of CASES) {
    const inputs = [normal(INPUT, "x"), normal([kernel, kernel, 128, 1024], "weights")];
    const run = (precision: ConvolutionPrecision) =>
      differentiate(inputs, (tape, [x, weights]) => convolution(tape, x!, weights!, geometry), { precision });
    const [exact, half] = [run("float32"), run("bfloat16")];
    const cast = paysBfloat16(INPUT, inputs[1]!.shape, geometry);
    const pairs = [
      [half.output, exact.output],
      ...half.gradients.map((one, i) => [one, exact.gradients[i]!]),
    ];
    for (const [actual, expected] of pairs) {
      const distance = relativeDistance(actual!, expected!);
      const text = `kernel ${kernel}, ${JSON.stringify(geometry)}: relative distance ${distance}`;
      // 8 significant bits: factors rounded by 2^-9 at most, and the result once more
      assert.ok(distance < 0.006, text);
      if (cast && geometry.stride === 1) {
        assert.ok(distance > 0.0005, `${text}, expected bfloat16's rounding`);
      }
    }
    tf.dispose(inputs);
  }
});

bfloat16Test(
  "convolution() in bfloat16 keeps the float32 input and the bfloat16 weights for its gradient",
  (backend) => {
    const uploaded = (shape: number[], name: string) => tf.tidy(() => tf.neg(normal(shape, name)));
    const [x, weights] = [uploaded(INPUT, "x"), uploaded([3, 3, 128, 1024], "weights")];
    const tape = new Tape({ precision: "bfloat16" });
    const before = backend.memory().tensors;
    tape.scope(() =>
      convolution(tape, tape.parameter(x), tape.parameter(weights), { stride: 1, dilation: 1, padding: 1 })
    );
    assert.equal(backend.memory().tensors - before, 2, "the output and the cast weights");
    tape.dispose();
    assert.equal(backend.memory().tensors, before);
    tf.dispose([x, weights]);
  },
);

Deno.test("paysBfloat16() leaves small convolutions and padded strided ones in float32", () => {
  const same = { stride: 1, dilation: 1, padding: 1 };
  assert.equal(paysBfloat16([4, 17, 17, 256], [3, 3, 256, 256], same), true);
  assert.equal(paysBfloat16([2, 9, 9, 16], [3, 3, 16, 16], same), false);
  assert.equal(paysBfloat16([4, 34, 34, 256], [3, 3, 256, 256], { ...same, stride: 2 }), false);
});
