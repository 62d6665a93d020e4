import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { concatenate } from "../../src/nn/arithmetic.ts";
import { convolution } from "../../src/nn/convolution.ts";
import { resizeBilinear } from "../../src/nn/pool_and_resize.ts";
import { pooledConvolution } from "../../src/nn/pooled_convolution.ts";
import { Tape, type Value } from "../../src/nn/tape.ts";
import { assertClose, checkGradients, differentiate, normal, numericTest, take } from "../numeric.ts";

/** Height, width, kernel, dilation: maps of one row, of two, smaller than the dilation, and 1×1 kernels. */
const CASES = [
  [5, 7, 3, 1],
  [1, 1, 3, 1],
  [1, 4, 3, 1],
  [2, 3, 3, 1],
  [6, 5, 3, 2],
  [4, 9, 3, 6],
  [6, 6, 5, 1],
  [3, 4, 1, 1],
] as const;

const [POOLED, CHANNELS, OUTPUTS] = [2, 3, 4];

function geometryOf(kernel: number, dilation: number) {
  return { stride: 1, dilation, padding: dilation * (kernel - 1) / 2 };
}

function inputsOf(height: number, width: number, kernel: number): [tf.Tensor, tf.Tensor, tf.Tensor] {
  return [
    normal([2, 1, 1, POOLED], "pooled"),
    normal([2, height, width, CHANNELS], "maps"),
    normal([kernel, kernel, POOLED + CHANNELS, OUTPUTS], "weights"),
  ];
}

numericTest("pooledConvolution() and its gradients are those of the convolution of all channels", () => {
  for (const [height, width, kernel, dilation] of CASES) {
    const geometry = geometryOf(kernel, dilation);
    const inputs = inputsOf(height, width, kernel);
    const apart = differentiate(inputs, (tape, [pooled, maps, weights]) => {
      return pooledConvolution(tape, [{ pooled: pooled!, maps: maps! }], weights!, geometry)[0]!;
    });
    const whole = differentiate(inputs, (tape, [pooled, maps, weights]) => {
      const everywhere = resizeBilinear(tape, pooled!, height, width, false);
      return convolution(tape, concatenate(tape, [everywhere, maps!], 3), weights!, geometry);
    });
    const name = `${height}×${width}, kernel ${kernel}, dilation ${dilation}`;
    assertClose(apart.output, whole.output, { ofMaximum: 1e-5 }, name);
    ["pooled", "maps", "weights"].forEach((input, i) =>
      assertClose(apart.gradients[i]!, whole.gradients[i]!, { ofMaximum: 1e-5 }, `${name}, ${input}`)
    );
    tf.dispose(inputs);
  }
});

numericTest("pooledConvolution() has the gradients of finite differences", () => {
  for (const [height, width, kernel, dilation] of CASES) {
    const inputs = inputsOf(height, width, kernel);
    checkGradients(
      inputs,
      (tape, [pooled, maps, weights]) =>
        pooledConvolution(tape, [{ pooled: pooled!, maps: maps! }], weights!, geometryOf(kernel, dilation))[
          0
        ]!,
      { step: 0.25, directions: 2, elements: 2, tolerance: 1e-3 },
    );
    tf.dispose(inputs);
  }
});

numericTest(
  "pooledConvolution() counts the taps that meet the map: 4 in a corner, 6 at an edge, 9 inside",
  () => {
    const [pooled, maps, weights] = [tf.ones([1, 1, 1, 1]), tf.zeros([1, 3, 3, 1]), tf.ones([3, 3, 2, 1])];
    const tape = new Tape({ recording: false });
    const one = { pooled: tape.constant(pooled), maps: tape.constant(maps) };
    const [output] = pooledConvolution(tape, [one], tape.constant(weights), geometryOf(3, 1));
    assert.deepEqual([...output!.tensor.dataSync()], [4, 6, 4, 6, 9, 6, 4, 6, 4]);
    tape.dispose();
    tf.dispose([pooled, maps, weights]);
  },
);

numericTest(
  "pooledConvolution() of several inputs gives each its own output, and adds up their gradients",
  () => {
    const weights = normal([3, 3, POOLED + CHANNELS, OUTPUTS], "weights");
    const pairs = [1, 3].map((
      n,
    ) => [normal([n, 1, 1, POOLED], `p${n}`), normal([n, 4, 5, CHANNELS], `m${n}`)]);
    const run = (chosen: readonly (readonly tf.Tensor[])[]) => {
      const tape = new Tape();
      const inputs = chosen.map(([pooled, maps]) => ({
        pooled: tape.constant(pooled!),
        maps: tape.constant(maps!),
      }));
      const outputs = pooledConvolution(tape, inputs, tape.parameter(weights), geometryOf(3, 1));
      const numbers = outputs.map((output) => output.tensor.dataSync().slice());
      const seeds = outputs.map((output): [Value, tf.Tensor] => [output, tf.onesLike(output.tensor)]);
      const gradient = take(tape.backwardFrom(seeds).get(weights)!);
      tape.dispose();
      return { numbers, gradient };
    };
    const [both, first, second] = [run(pairs), run([pairs[0]!]), run([pairs[1]!])];
    assert.deepEqual(both.numbers, [...first.numbers, ...second.numbers]);
    const sum = first.gradient.map((value, i) => value + second.gradient[i]!);
    assertClose(both.gradient, sum, { ofMaximum: 1e-5 });
    tf.dispose([weights, ...pairs.flat()]);
  },
);

numericTest("pooledConvolution() takes no gradient of inputs that need none", () => {
  const [pooled, maps, weights] = inputsOf(3, 4, 3);
  const tape = new Tape();
  const one = { pooled: tape.parameter(pooled), maps: tape.constant(maps) };
  const [output] = pooledConvolution(tape, [one], tape.constant(weights), geometryOf(3, 1));
  const gradients = tape.backwardFrom([[output!, tf.onesLike(output!.tensor)]]);
  assert.deepEqual([...gradients.keys()], [pooled]);
  tape.dispose();
  tf.dispose([pooled, maps, weights, ...gradients.values()]);
});

numericTest("pooledConvolution() refuses shapes and geometries that do not fit", () => {
  const tensors = [
    ...inputsOf(3, 4, 3),
    normal([1, 1, 1, POOLED], "fewer"),
    normal([2, 3, 4, POOLED], "map"),
  ];
  const tape = new Tape();
  const [pooled, maps, weights, fewer, map] = tensors.map((tensor) => tape.constant(tensor));
  const run = (one: Value, geometry = geometryOf(3, 1)) =>
    pooledConvolution(tape, [{ pooled: one, maps: maps! }], weights!, geometry);
  const text = { name: "RangeError", message: /maps \[2,3,4,3\].*expected \[2, 1, 1, P\]/ };
  for (const wrong of [fewer, map]) assert.throws(() => run(wrong!), text);
  assert.throws(() => run(pooled!, { stride: 2, dilation: 1, padding: 1 }), text);
  assert.throws(() => run(pooled!, { stride: 1, dilation: 1, padding: 0 }), text);
  assert.throws(
    () => pooledConvolution(tape, [{ pooled: maps!, maps: maps! }], weights!, geometryOf(3, 1)),
    text,
  );
  assert.throws(
    () => pooledConvolution(tape, [{ pooled: pooled!, maps: pooled! }], weights!, geometryOf(3, 1)),
    {
      name: "RangeError",
      message: /input \[2, 1, 1, 4\], weights \[3, 3, 5, 4\]/,
    },
  );
  tape.dispose();
  tf.dispose(tensors);
});
