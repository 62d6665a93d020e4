import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { depthwiseConvolution, depthwiseKernels } from "../../src/nn/depthwise.ts";
import { type SameGeometry, samePadding } from "../../src/nn/depthwise_geometry.ts";
import { padSame } from "../../src/nn/pad_same.ts";
import { Tape } from "../../src/nn/tape.ts";
import { agreementTest, assertClose, checkGradients, normal, numericTest, take } from "../numeric.ts";

interface Case {
  readonly height: number;
  readonly width: number;
  readonly kernel: number;
  readonly geometry: SameGeometry;
}

/** Kernels 3 and 5; strides 1, 2; dilations 1, 2, 4; odd and even sizes, and maps smaller than the kernel's reach. */
const CASES: readonly Case[] = [3, 5].flatMap((kernel) =>
  [[1, 1], [2, 1], [1, 2], [1, 4]].flatMap(([stride, dilation]) =>
    [[9, 8], [7, 12], [3, 2]].map(([height, width]) => ({
      height: height!,
      width: width!,
      kernel,
      geometry: { stride: stride!, dilation: dilation! },
    }))
  )
);

const describe = ({ height, width, kernel, geometry }: Case) =>
  `${height}×${width}, kernel ${kernel}, ${JSON.stringify(geometry)}`;

function inputsOf({ height, width, kernel }: Case): [tf.Tensor, tf.Tensor] {
  return [normal([2, height, width, 3], "x"), normal([kernel, kernel, 3, 1], "weights")];
}

/** The output by its definition, in double precision. */
function slowDepthwise(x: tf.Tensor, weights: tf.Tensor, geometry: SameGeometry): Float32Array {
  const { stride, dilation } = geometry;
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const k = weights.shape[0]!;
  const [[top], [left]] = [samePadding(h, k, geometry), samePadding(w, k, geometry)];
  const [rows, columns] = [Math.ceil(h / stride), Math.ceil(w / stride)];
  const [input, taps] = [x.dataSync(), weights.dataSync()];
  return Float32Array.from({ length: n * rows * columns * c }, (_, at) => {
    const channel = at % c;
    const [column, row] = [Math.floor(at / c) % columns, Math.floor(at / (c * columns)) % rows];
    const image = Math.floor(at / (c * columns * rows));
    let sum = 0;
    for (let tap = 0; tap < k * k; tap++) {
      const y = row * stride - top + Math.floor(tap / k) * dilation;
      const z = column * stride - left + (tap % k) * dilation;
      if (y < 0 || y >= h || z < 0 || z >= w) continue;
      sum += input[((image * h + y) * w + z) * c + channel]! * taps[tap * c + channel]!;
    }
    return sum;
  });
}

Deno.test("samePadding() puts the odd zero after, and none where the size leaves nothing over", () => {
  assert.deepEqual(samePadding(8, 3, { stride: 2, dilation: 1 }), [0, 1]);
  assert.deepEqual(samePadding(9, 3, { stride: 2, dilation: 1 }), [1, 1]);
  assert.deepEqual(samePadding(8, 5, { stride: 2, dilation: 1 }), [1, 2]);
  assert.deepEqual(samePadding(8, 5, { stride: 1, dilation: 2 }), [4, 4]);
  assert.deepEqual(samePadding(8, 1, { stride: 2, dilation: 1 }), [0, 0]);
});

numericTest("depthwiseConvolution() is the sum over the taps of each channel at every geometry", () => {
  for (const one of CASES) {
    const [x, weights] = inputsOf(one);
    const output = take(depthwiseKernels().forward(x, weights, one.geometry));
    assertClose(output, slowDepthwise(x, weights, one.geometry), { ofMaximum: 1e-5 }, describe(one));
    tf.dispose([x, weights]);
  }
});

numericTest("depthwiseConvolution() has the gradients of finite differences", () => {
  for (const one of CASES) {
    const inputs = inputsOf(one);
    checkGradients(
      inputs,
      (tape, [x, weights]) => depthwiseConvolution(tape, x!, weights!, one.geometry),
      { step: 0.25, directions: 2, elements: 3, tolerance: 1e-3 },
    );
    tf.dispose(inputs);
  }
});

agreementTest("depthwiseConvolution() of many channels, in all directions,", () => {
  const results: Record<string, Float32Array> = {};
  for (const one of CASES.filter(({ height }) => height === 9)) {
    const x = normal([2, 9, 8, 40], "x");
    const weights = normal([one.kernel, one.kernel, 40, 1], "weights");
    const y = depthwiseKernels().forward(x, weights, one.geometry);
    const dy = normal(y.shape, "dy");
    results[`${describe(one)} forward`] = take(y);
    results[`${describe(one)} dX`] = take(depthwiseKernels().gradInput(dy, weights, x.shape, one.geometry));
    results[`${describe(one)} dW`] = take(
      depthwiseKernels().gradWeights(x, dy, weights.shape, one.geometry),
    );
    tf.dispose([x, weights, dy]);
  }
  return results;
}, { ofMaximum: 1e-5 });

numericTest("padSame() puts the zeros of SAME padding around, with the gradient of what is inside", () => {
  const x = normal([1, 4, 5, 2], "x");
  checkGradients([x], (tape, [value]) => padSame(tape, value!, 3, { stride: 2, dilation: 1 }), {
    step: 0.25,
    tolerance: 1e-3,
  });
  const tape = new Tape({ recording: false });
  const padded = padSame(tape, tape.constant(x), 3, { stride: 2, dilation: 1 });
  assert.deepEqual(padded.shape, [1, 5, 7, 2]);
  tape.dispose();
  x.dispose();
});

numericTest("depthwiseConvolution() refuses shapes and geometries that do not fit", () => {
  const tensors = [normal([1, 5, 5, 2], "x"), normal([3, 3, 3, 1], "w"), normal([3, 3, 2, 1], "v")];
  const tape = new Tape();
  const [x, w, v] = tensors.map((tensor) => tape.constant(tensor));
  assert.throws(() => depthwiseConvolution(tape, x!, w!, { stride: 1, dilation: 1 }), {
    name: "RangeError",
    message: /input \[1, 5, 5, 2\], weights \[3, 3, 3, 1\]/,
  });
  for (
    const geometry of [{ stride: 2, dilation: 2 }, { stride: 0, dilation: 1 }, { stride: 1, dilation: 1.5 }]
  ) {
    assert.throws(() => depthwiseConvolution(tape, x!, v!, geometry), {
      name: "RangeError",
      message: /expected whole numbers from 1, one of them 1/,
    });
  }
  tape.dispose();
  tf.dispose(tensors);
});
