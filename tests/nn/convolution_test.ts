import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend, nativeCapabilities } from "../../src/backends/native.ts";
import type { Capabilities } from "../../src/backends/tensorflow/capabilities.ts";
import { convolution, convolutionKernels } from "../../src/nn/convolution.ts";
import { type ConvolutionGeometry, outputLength } from "../../src/nn/convolution_geometry.ts";
import type { ConvolutionKernels } from "../../src/nn/convolution_kernels.ts";
import { nativeConvolution, waysOf } from "../../src/nn/convolution_native.ts";
import { portableConvolution } from "../../src/nn/convolution_portable.ts";
import { Tape } from "../../src/nn/tape.ts";
import { assertClose, checkGradients, normal, numericTest, take } from "../numeric.ts";

interface Case {
  readonly height: number;
  readonly width: number;
  readonly kernel: number;
  readonly geometry: ConvolutionGeometry;
}

/** Kernels 1, 3, 7; strides 1, 2; dilations 1, 2, 4, 12; PyTorch's "same" padding and none; odd and even sizes. */
function cases(): Case[] {
  const found: Case[] = [];
  for (const kernel of [1, 3, 7]) {
    for (const stride of [1, 2]) {
      for (const dilation of kernel === 1 ? [1] : [1, 2, 4, 12]) {
        for (const padding of [0, dilation * (kernel - 1) / 2, 1]) {
          for (const [height, width] of [[9, 8], [13, 14]] as const) {
            const geometry = { stride, dilation, padding };
            const fits = outputLength(height, kernel, geometry) > 0 &&
              outputLength(width, kernel, geometry) > 0;
            if (fits) found.push({ height, width, kernel, geometry });
          }
        }
      }
    }
  }
  return found;
}

function describe({ height, width, kernel, geometry }: Case): string {
  return `${height}×${width}, kernel ${kernel}, ${JSON.stringify(geometry)}`;
}

/** Value of one output by the definition, in double precision. */
function slowConvolution(
  x: tf.Tensor,
  weights: tf.Tensor,
  { stride, dilation, padding }: ConvolutionGeometry,
) {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const [k, , , o] = weights.shape as [number, number, number, number];
  const size = (length: number) => outputLength(length, k, { stride, dilation, padding });
  const [rows, columns] = [size(h), size(w)];
  const [input, taps] = [x.dataSync(), weights.dataSync()];
  const output = new Float32Array(n * rows * columns * o);
  for (let position = 0; position < n * rows * columns; position++) {
    const [image, row, column] = [
      Math.floor(position / (rows * columns)),
      Math.floor(position / columns) % rows,
      position % columns,
    ];
    for (let tap = 0; tap < k * k; tap++) {
      const y = row * stride - padding + Math.floor(tap / k) * dilation;
      const z = column * stride - padding + (tap % k) * dilation;
      if (y < 0 || y >= h || z < 0 || z >= w) continue;
      for (let channel = 0; channel < c * o; channel++) {
        const [from, to] = [Math.floor(channel / o), channel % o];
        output[position * o + to]! += input[((image * h + y) * w + z) * c + from]! *
          taps[tap * c * o + channel]!;
      }
    }
  }
  return output;
}

function inputsOf({ height, width, kernel }: Case): [tf.Tensor, tf.Tensor] {
  return [normal([2, height, width, 3], "x"), normal([kernel, kernel, 3, 4], "weights")];
}

numericTest("convolution() is the sum over the taps at every geometry", () => {
  for (const one of cases()) {
    const [x, weights] = inputsOf(one);
    const kernels = convolutionKernels();
    const output = take(kernels.forward(x, weights, one.geometry));
    assertClose(output, slowConvolution(x, weights, one.geometry), { ofMaximum: 1e-5 }, describe(one));
    tf.dispose([x, weights]);
  }
});

/** ⟨dy, conv(x, w)⟩ is linear in x and in w: ⟨dX, x⟩ and ⟨dW, w⟩ both equal it, whatever the geometry. */
function checkAdjoints(kernels: ConvolutionKernels, one: Case): void {
  const [x, weights] = inputsOf(one);
  const y = kernels.forward(x, weights, one.geometry);
  const dy = normal(y.shape, "dy");
  const dx = kernels.gradInput(dy, weights, x.shape, one.geometry);
  const dw = kernels.gradWeights(x, dy, weights.shape, one.geometry);
  assert.deepEqual([dx.shape, dw.shape], [x.shape, weights.shape], describe(one));
  const product = (a: tf.Tensor, b: tf.Tensor) => take(tf.tidy(() => tf.sum(tf.mul(a, b))))[0]!;
  const expected = product(dy, y);
  const scale = Math.sqrt(product(dy, dy) * product(y, y));
  for (const [name, actual] of [["dX", product(dx, x)], ["dW", product(dw, weights)]] as const) {
    const apart = Math.abs(actual - expected) / scale;
    assert.ok(apart < 1e-5, `${describe(one)}: ${name} is not the adjoint, ${actual} and ${expected}`);
  }
  tf.dispose([x, weights, y, dy, dx, dw]);
}

numericTest("convolution() has gradients that are its adjoints at every geometry", () => {
  for (const one of cases()) checkAdjoints(convolutionKernels(), one);
});

numericTest("convolution() has the gradients of finite differences", () => {
  const chosen = cases().filter((_, i) => i % 5 === 0);
  for (const one of chosen) {
    const inputs = [...inputsOf(one), normal([4], "bias")];
    checkGradients(
      inputs,
      (tape, [x, weights, bias]) => convolution(tape, x!, weights!, one.geometry, bias),
      { step: 0.25, directions: 2, elements: 2, tolerance: 1e-3 },
    );
    tf.dispose(inputs);
  }
});

/** What a machine without oneDNN has, and one that lacks a single direction. */
const LACKING: readonly Capabilities[] = [
  { dilatedInputGradient: false, dilatedWeightGradient: false, bfloat16: false },
  { dilatedInputGradient: true, dilatedWeightGradient: false, bfloat16: false },
  { dilatedInputGradient: false, dilatedWeightGradient: true, bfloat16: false },
];

numericTest(
  "nativeConvolution() equals portableConvolution in all directions, whatever the kernels can do",
  () => {
    const here = nativeCapabilities()!;
    const both = (one: Capabilities) => ({
      ...one,
      dilatedInputGradient: one.dilatedInputGradient && here.dilatedInputGradient,
      dilatedWeightGradient: one.dilatedWeightGradient && here.dilatedWeightGradient,
    });
    const natives = [here, ...LACKING.map(both)].map((one) => nativeConvolution(nativeBackend()!, one));
    for (const one of cases()) {
      const [x, weights] = inputsOf(one);
      const dy = tf.tidy(() => normal(natives[0]!.forward(x, weights, one.geometry).shape, "dy"));
      const [expected, ...results] = [portableConvolution, ...natives].map((kernels) => [
        take(kernels.forward(x, weights, one.geometry)),
        take(kernels.gradInput(dy, weights, x.shape, one.geometry)),
        take(kernels.gradWeights(x, dy, weights.shape, one.geometry)),
      ]);
      for (const result of results) {
        ["forward", "dX", "dW"].forEach((name, i) =>
          assertClose(result[i]!, expected![i]!, { ofMaximum: 1e-5 }, `${describe(one)} ${name}`)
        );
      }
      tf.dispose([x, weights, dy]);
    }
  },
  ["tensorflow"],
);

Deno.test("waysOf() asks no kernel for a dilated gradient that it refuses", () => {
  const [all, none, noWeights, noInput] = [
    { dilatedInputGradient: true, dilatedWeightGradient: true, bfloat16: false },
    ...LACKING,
  ] as [Capabilities, Capabilities, Capabilities, Capabilities];
  const ways = (one: Case, capabilities: Capabilities) => {
    const { height, width, kernel, geometry } = one;
    return waysOf([2, height, width, 3], [kernel, kernel, 3, 4], geometry, capabilities);
  };
  for (const one of cases()) {
    if (one.geometry.dilation === 1) {
      for (const lacking of LACKING) assert.deepEqual(ways(one, lacking), ways(one, all), describe(one));
      continue;
    }
    assert.notEqual(ways(one, none).gradInput, "kernel", describe(one));
    assert.notEqual(ways(one, none).gradWeights, "kernel", describe(one));
    assert.notEqual(ways(one, noInput).gradInput, "kernel", describe(one));
    assert.notEqual(ways(one, noWeights).gradWeights, "kernel", describe(one));
    assert.deepEqual(ways(one, noWeights).gradInput, ways(one, all).gradInput, describe(one));
  }
  const dense: Case = { height: 33, width: 33, kernel: 3, geometry: { stride: 1, dilation: 2, padding: 2 } };
  assert.deepEqual(ways(dense, all), { forward: "kernel", gradInput: "kernel", gradWeights: "kernel" });
  assert.deepEqual(ways(dense, none), { forward: "kernel", gradInput: "portable", gradWeights: "taps" });
});

numericTest("convolution() that skips taps outside of the map equals one that does not", () => {
  const backend = nativeBackend();
  const plain = backend === undefined ? portableConvolution : nativeConvolution(backend);
  // both axes short, one short, at the limit and beside it
  for (
    const [height, width, dilation] of [[5, 5, 6], [6, 6, 6], [7, 6, 6], [6, 7, 6], [3, 9, 6], [7, 7, 6]]
  ) {
    const geometry = { stride: 1, dilation: dilation!, padding: dilation! };
    const [x, weights] = inputsOf({ height: height!, width: width!, kernel: 3, geometry });
    const dy = normal([2, height!, width!, 4], "dy");
    const [skipping, whole] = [convolutionKernels(), plain].map((kernels) => [
      take(kernels.forward(x, weights, geometry)),
      take(kernels.gradInput(dy, weights, x.shape, geometry)),
      take(kernels.gradWeights(x, dy, weights.shape, geometry)),
    ]);
    ["forward", "dX", "dW"].forEach((name, i) =>
      assertClose(skipping![i]!, whole![i]!, { ofMaximum: 1e-5 }, `${height}×${width} ${name}`)
    );
    tf.dispose([x, weights, dy]);
  }
});

numericTest("convolution() takes no gradient of an input that needs none", () => {
  const [x, weights] = [normal([1, 5, 5, 2], "x"), normal([3, 3, 2, 2], "w")];
  const tape = new Tape();
  const y = convolution(tape, tape.constant(x), tape.parameter(weights), {
    stride: 1,
    dilation: 1,
    padding: 1,
  });
  const gradients = tape.backwardFrom([[y, tf.onesLike(y.tensor)]]);
  assert.deepEqual([...gradients.keys()], [weights]);
  tf.dispose([...gradients.values(), x, weights]);
  tape.dispose();
});

numericTest(
  "convolution() refuses shapes and geometries that do not fit, with both shapes in the text",
  () => {
    const tensors = [normal([1, 5, 5, 2], "x"), normal([3, 3, 3, 2], "w"), normal([3, 3, 2, 2], "v")];
    const tape = new Tape();
    const [x, w, v] = tensors.map((tensor) => tape.constant(tensor));
    const plain = { stride: 1, dilation: 1, padding: 0 };
    assert.throws(() => convolution(tape, x!, w!, plain), {
      name: "RangeError",
      message: /input \[1, 5, 5, 2\], weights \[3, 3, 3, 2\]/,
    });
    assert.throws(() => convolution(tape, x!, v!, { ...plain, dilation: 3 }), {
      name: "RangeError",
      message: /not smaller than the kernel's reach/,
    });
    for (
      const wrong of [{ stride: 0 }, { dilation: 0 }, { padding: -1 }, { stride: 1.5 }, { padding: NaN }]
    ) {
      assert.throws(
        () => convolution(tape, x!, v!, { ...plain, ...wrong }),
        RangeError,
        JSON.stringify(wrong),
      );
    }
    tape.dispose();
    tf.dispose(tensors);
  },
);
