import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { maxPool } from "../../src/nn/max_pool.ts";
import { relu } from "../../src/nn/relu.ts";
import { Tape } from "../../src/nn/tape.ts";
import {
  agreementTest,
  assertClose,
  checkGradients,
  differentiate,
  normal,
  numericTest,
  spaced,
} from "../numeric.ts";

type Window = readonly [number, number, number];

/** Window, stride and padding; the first is ResNet's. */
const WINDOWS: readonly Window[] = [[3, 2, 1], [3, 1, 1], [2, 2, 0], [3, 2, 0], [2, 1, 1], [1, 1, 0], [
  5,
  3,
  2,
]];
const SIZES = [[9, 8], [8, 8], [7, 5], [6, 9]] as const;

/** Output and gradient by PyTorch's rule: the first maximum of a window, row by row, gets its dy. */
function slowPool(
  x: ArrayLike<number>,
  [n, h, w, c]: readonly [number, number, number, number],
  [kernel, stride, padding]: Window,
  cotangent: ArrayLike<number>,
): { output: number[]; gradient: Float32Array } {
  const size = (length: number) => Math.floor((length + 2 * padding - kernel) / stride) + 1;
  const [rows, columns] = [size(h), size(w)];
  const output: number[] = [];
  const gradient = new Float32Array(x.length);
  for (let cell = 0; cell < n * rows * columns * c; cell++) {
    const [channel, position] = [cell % c, Math.floor(cell / c)];
    const [column, row] = [position % columns, Math.floor(position / columns) % rows];
    const image = Math.floor(position / (rows * columns));
    let best = -1;
    for (let tap = 0; tap < kernel * kernel; tap++) {
      const y = row * stride - padding + Math.floor(tap / kernel);
      const z = column * stride - padding + (tap % kernel);
      if (y < 0 || y >= h || z < 0 || z >= w) continue;
      const index = ((image * h + y) * w + z) * c + channel;
      if (best < 0 || x[index]! > x[best]!) best = index;
    }
    output.push(x[best]!);
    gradient[best]! += cotangent[cell]!;
  }
  return { output, gradient };
}

/** Runs pooling over every window and size; `make` gives the input. */
function againstDefinition(make: (shape: number[]) => tf.Tensor): void {
  for (const window of WINDOWS) {
    for (const [height, width] of SIZES) {
      const shape = [2, height, width, 3] as [number, number, number, number];
      const x = make(shape);
      const { output, cotangent, gradients } = differentiate(
        [x],
        (tape, [v]) => maxPool(tape, v!, ...window),
      );
      const expected = slowPool(x.dataSync(), shape, window, cotangent);
      const name = `${height}×${width}, window ${window}`;
      assertClose(output, expected.output, { ofMaximum: 0 }, name);
      assertClose(gradients[0]!, expected.gradient, { ofMaximum: 1e-6 }, `${name}, gradient`);
      x.dispose();
    }
  }
}

numericTest("maxPool() follows PyTorch's rule at odd and even sizes", () => {
  againstDefinition((shape) => normal(shape, "x"));
});

numericTest("maxPool() gives the gradient to the first of equal values after a rectifier", () => {
  againstDefinition((shape) => tf.tidy(() => tf.relu(normal(shape, "x"))));
});

numericTest("maxPool() gives the gradient to the first of equal values in a constant map", () => {
  againstDefinition((shape) => tf.zeros(shape));
});

numericTest("maxPool() never picks the padding, however small the values are", () => {
  againstDefinition((shape) => tf.fill(shape, -3e38));
});

numericTest("maxPool() has the gradients of finite differences", () => {
  for (const window of WINDOWS) {
    const x = spaced([1, 6, 7, 2], "x");
    checkGradients([x], (tape, [v]) => maxPool(tape, v!, ...window), { step: 0.02 });
    x.dispose();
  }
});

numericTest("maxPool() of a rectifier has the gradients of finite differences", () => {
  const x = spaced([1, 6, 6, 2], "x");
  checkGradients([x], (tape, [v]) => maxPool(tape, relu(tape, v!), 3, 2, 1), { step: 0.02 });
  x.dispose();
});

agreementTest("maxPool()", () => {
  const x = normal([2, 17, 16, 5], "x");
  const { output, gradients } = differentiate([x], (tape, [v]) => maxPool(tape, v!, 3, 2, 1));
  x.dispose();
  return { output, gradient: gradients[0]! };
}, { ofMaximum: 1e-6 });

numericTest("maxPool() refuses windows that do not fit", () => {
  const tensors = [normal([1, 4, 4, 2], "x"), normal([4, 4, 2], "rank 3")];
  const tape = new Tape();
  const [x, flat] = tensors.map((tensor) => tape.constant(tensor));
  assert.throws(() => maxPool(tape, x!, 5, 1, 0), {
    name: "RangeError",
    message: /Cannot pool: input \[1, 4, 4, 2\]/,
  });
  assert.throws(() => maxPool(tape, x!, 2, 1, 2), RangeError);
  assert.throws(() => maxPool(tape, flat!, 2, 1, 0), RangeError);
  assert.throws(() => maxPool(tape, x!, 2, 0, 0), RangeError);
  assert.throws(() => maxPool(tape, x!, NaN, 1, 0), RangeError);
  assert.throws(() => maxPool(tape, x!, 2, 1, -1), RangeError);
  tape.dispose();
  tf.dispose(tensors);
});
