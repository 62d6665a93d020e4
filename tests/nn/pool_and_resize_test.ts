import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  globalAveragePool,
  interpolationMatrix,
  resizeBilinear,
  resizeTensor,
} from "../../src/nn/pool_and_resize.ts";
import { Tape } from "../../src/nn/tape.ts";
import {
  agreementTest,
  assertClose,
  checkGradients,
  differentiate,
  normal,
  numericTest,
  take,
} from "../numeric.ts";
import { channelsLast, missingReference, readReference } from "../reference.ts";
import { testUnless } from "../support.ts";

const SIZES = [[[3, 4], [7, 9]], [[7, 5], [3, 2]], [[1, 1], [4, 3]], [[5, 6], [1, 1]], [[4, 4], [
  4,
  4,
]]] as const;

/** Bilinear interpolation at one place, by the definition (PyTorch's `area_pixel_compute_source_index`). */
function slowResize(x: tf.Tensor, height: number, width: number, alignCorners: boolean): Float32Array {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const values = x.dataSync();
  const place = (i: number, from: number, to: number) => {
    const source = alignCorners
      ? (to > 1 ? i * (from - 1) / (to - 1) : 0)
      : Math.max(0, (i + 0.5) * from / to - 0.5);
    const lower = Math.min(Math.floor(source), from - 1);
    return { lower, upper: Math.min(lower + 1, from - 1), share: source - lower };
  };
  const output = new Float32Array(n * height * width * c);
  for (let i = 0; i < output.length; i++) {
    const [channel, position] = [i % c, Math.floor(i / c)];
    const image = Math.floor(position / (height * width));
    const row = place(Math.floor(position / width) % height, h, height);
    const column = place(position % width, w, width);
    const at = (y: number, z: number) => values[((image * h + y) * w + z) * c + channel]!;
    const line = (y: number) => at(y, column.lower) * (1 - column.share) + at(y, column.upper) * column.share;
    output[i] = line(row.lower) * (1 - row.share) + line(row.upper) * row.share;
  }
  return output;
}

numericTest("resizeBilinear() interpolates by the definition under both corner rules", () => {
  for (const [[h, w], [height, width]] of SIZES) {
    for (const alignCorners of [false, true]) {
      const x = normal([2, h, w, 3], "x");
      const output = take(resizeTensor(x, height, width, alignCorners));
      const name = `${h}×${w} to ${height}×${width}, align corners ${alignCorners}`;
      assertClose(output, slowResize(x, height, width, alignCorners), { ofMaximum: 1e-6 }, name);
      x.dispose();
    }
  }
});

numericTest("resizeBilinear() has the gradients of finite differences under both corner rules", () => {
  for (const [[h, w], [height, width]] of SIZES) {
    for (const alignCorners of [false, true]) {
      const x = normal([2, h, w, 3], "x");
      checkGradients([x], (tape, [v]) => resizeBilinear(tape, v!, height, width, alignCorners), {
        step: 0.25,
      });
      x.dispose();
    }
  }
});

agreementTest("resizeBilinear()", () => {
  const x = normal([2, 9, 8, 5], "x");
  const { output, gradients } = differentiate([x], (tape, [v]) => resizeBilinear(tape, v!, 33, 30, false));
  x.dispose();
  return { output, gradient: gradients[0]! };
}, { ofMaximum: 2e-6 });

const missing = missingReference("fn-resize");
const reference = readReference("fn-resize");
const referenceCases = new Set([...reference.keys()].map((name) => name.split("/")[1]!));

testUnless(missing, "resize references are there for both corner rules", () => {
  assert.equal(referenceCases.size, 12);
  assert.equal([...referenceCases].filter((name) => name.endsWith("_align")).length, 6);
});

for (const name of referenceCases) {
  numericTest(`resizeBilinear() equals PyTorch's in case ${name}`, () => {
    const [x, out, cotangent, gradIn] = ["in", "out", "cotangent", "grad_in"].map((part) =>
      channelsLast(reference.get(`resize/${name}/${part}`)!)
    ) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const [, height, width] = out.shape;
    const tape = new Tape();
    const output = resizeBilinear(tape, tape.parameter(x), height, width, name.endsWith("_align"));
    // the project's bounds against the official code: forward 5e-5 of the maximum, gradients 3e-3 of it + 1e-6
    assertClose(output.tensor.dataSync(), out.dataSync(), { ofMaximum: 5e-5 }, "out");
    const gradient = take(tape.backwardFrom([[output, tf.clone(cotangent)]]).get(x)!);
    assertClose(gradient, gradIn.dataSync(), { ofMaximum: 3e-3, absolute: 1e-6 }, "grad_in");
    tape.dispose();
    tf.dispose([x, out, cotangent, gradIn]);
  });
}

Deno.test("interpolationMatrix() has rows that sum to 1 and meets the corners where they are aligned", () => {
  for (const [inputs, outputs] of [[3, 7], [7, 3], [1, 5], [5, 1], [9, 65]] as const) {
    for (const alignCorners of [false, true]) {
      const matrix = interpolationMatrix(inputs, outputs, alignCorners);
      for (let i = 0; i < outputs; i++) {
        const row = matrix.subarray(i * inputs, (i + 1) * inputs);
        assert.ok(Math.abs(row.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-6);
        assert.ok(row.every((weight) => weight >= 0));
      }
      if (alignCorners && outputs > 1) assert.deepEqual([matrix[0], matrix.at(-1)], [1, 1]);
    }
  }
});

numericTest("resizeBilinear() refuses sizes that are not whole numbers from 1", () => {
  const x = normal([1, 2, 2, 1], "x");
  const tape = new Tape();
  for (const [height, width] of [[0, 3], [3, -1], [2.5, 2], [NaN, 2]] as const) {
    assert.throws(() => resizeBilinear(tape, tape.constant(x), height, width, false), {
      name: "RangeError",
      message: new RegExp(`Cannot resize to ${height}×${width}`),
    });
  }
  tape.dispose();
  x.dispose();
});

numericTest("globalAveragePool() is the mean of every channel, its gradient dy over the positions", () => {
  const x = tf.tensor([1, 10, 2, 20, 3, 30, 6, 60], [1, 2, 2, 2]);
  const { output, cotangent, gradients } = differentiate([x], (tape, [v]) => globalAveragePool(tape, v!));
  assert.deepEqual([...output], [3, 30]);
  const expected = Array.from({ length: 8 }, (_, i) => cotangent[i % 2]! / 4);
  assertClose(gradients[0]!, expected, { ofMaximum: 1e-6 });
  checkGradients([x], (tape, [v]) => globalAveragePool(tape, v!), { step: 0.5 });
  x.dispose();
});
