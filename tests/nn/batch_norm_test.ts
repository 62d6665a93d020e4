import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../../src/backends/native.ts";
import {
  BATCH_NORM_EPSILON,
  batchNormEvaluation,
  type BatchNormOptions,
  batchNormTraining,
} from "../../src/nn/batch_norm.ts";
import { nativeBatchNorm } from "../../src/nn/batch_norm_native.ts";
import { portableBatchNorm } from "../../src/nn/batch_norm_portable.ts";
import { Tape, type Value } from "../../src/nn/tape.ts";
import {
  agreementTest,
  assertClose,
  checkGradients,
  differentiate,
  normal,
  numericTest,
  take,
  type TapeOp,
} from "../numeric.ts";

const SHAPES = [[2, 4, 5, 3], [2, 1, 1, 4], [1, 2, 1, 1], [1, 7, 6, 9]] as const;

function inputsOf(shape: readonly number[]): tf.Tensor[] {
  const channels = shape.at(-1)!;
  return [
    tf.tidy(() => tf.add(tf.mul(normal(shape, "x"), 3), 2)),
    tf.tidy(() => tf.add(normal([channels], "gamma"), 2)),
    normal([channels], "beta"),
  ];
}

/** The norm of inputs x, gamma, beta; statistics are dropped. */
function training(options: BatchNormOptions = {}): TapeOp {
  return (tape, [x, gamma, beta]) => {
    const { output, statistics } = batchNormTraining(tape, x!, { gamma: gamma!, beta: beta! }, options);
    tf.dispose([statistics.mean, statistics.variance]);
    return output;
  };
}

/** Mean and variance (over n) of each channel in double precision. */
function slowStatistics(x: tf.Tensor): { mean: number[]; variance: number[] } {
  const channels = x.shape.at(-1)!;
  const values = x.dataSync();
  const count = values.length / channels;
  const over = (f: (value: number, channel: number) => number) =>
    Array.from({ length: channels }, (_, channel) => {
      let sum = 0;
      for (let i = channel; i < values.length; i += channels) sum += f(values[i]!, channel);
      return sum / count;
    });
  const mean = over((value) => value);
  return { mean, variance: over((value, channel) => (value - mean[channel]!) ** 2) };
}

numericTest("batchNormTraining() normalizes by the batch and hands over PyTorch's statistics", () => {
  for (const shape of SHAPES) {
    const inputs = inputsOf(shape);
    const [x, gamma, beta] = inputs.map((tensor) => tensor.dataSync());
    const expected = slowStatistics(inputs[0]!);
    const tape = new Tape();
    const [v, g, b] = inputs.map((tensor) => tape.parameter(tensor)) as [Value, Value, Value];
    const { output, statistics } = batchNormTraining(tape, v, { gamma: g, beta: b });
    const channels = shape[3];
    const normalized = Array.from(x!, (value, i) => {
      const scale = gamma![i % channels]! / Math.sqrt(expected.variance[i % channels]! + BATCH_NORM_EPSILON);
      return (value - expected.mean[i % channels]!) * scale + beta![i % channels]!;
    });
    assertClose(output.tensor.dataSync(), normalized, { ofMaximum: 1e-5 }, `output ${shape}`);
    const count = x!.length / channels;
    assertClose(take(statistics.mean), expected.mean, { ofMaximum: 1e-6 }, `mean ${shape}`);
    const unbiased = expected.variance.map((variance) => variance * count / (count - 1));
    assertClose(take(statistics.variance), unbiased, { ofMaximum: 2e-6 }, `variance ${shape}`);
    tape.dispose();
    tf.dispose(inputs);
  }
});

numericTest("batchNormTraining() has the gradients of finite differences", () => {
  // with two values a channel the output is ±1: no gradient to speak of
  for (const shape of [[2, 4, 5, 3], [1, 3, 1, 2], [1, 7, 6, 9]]) {
    const inputs = inputsOf(shape);
    checkGradients(inputs, training(), { step: 0.02, tolerance: 5e-3 });
    tf.dispose(inputs);
  }
});

numericTest("batchNormTraining() with a rectifier has the gradients of finite differences", () => {
  const inputs = inputsOf([2, 3, 3, 2]);
  // a rectifier has kinks: small steps, so that few of them are crossed
  checkGradients(inputs, training({ relu: true }), { step: 1e-3, tolerance: 2e-2 });
  tf.dispose(inputs);
});

numericTest("batchNormTraining() with a rectifier equals the norm and a rectifier of its output", () => {
  const inputs = inputsOf([2, 4, 4, 3]);
  const fused = differentiate(inputs, training({ relu: true }));
  const plain = differentiate(inputs, training());
  assertClose(fused.output, plain.output.map((value) => Math.max(value, 0)), { ofMaximum: 0 });
  assert.ok(fused.output.some((value) => value === 0) && fused.output.some((value) => value > 0));
  tf.dispose(inputs);
});

numericTest("nativeBatchNorm() equals portableBatchNorm in both directions", () => {
  const native = nativeBatchNorm(nativeBackend()!);
  for (const relu of [false, true]) {
    for (const shape of SHAPES.slice(0, 1).concat(SHAPES.slice(3))) {
      const inputs = inputsOf(shape);
      const [actual, expected] = [native, portableBatchNorm].map((kernels) =>
        differentiate(inputs, training({ kernels, relu }))
      );
      assertClose(actual!.output, expected!.output, { ofMaximum: 1e-5 }, `output ${shape}`);
      actual!.gradients.forEach((gradient, i) =>
        assertClose(gradient, expected!.gradients[i]!, { ofMaximum: 2e-5 }, `gradient ${i} of ${shape}`)
      );
      tf.dispose(inputs);
    }
  }
}, ["tensorflow"]);

numericTest("batchNormTraining() moves running statistics by their share", () => {
  const inputs = inputsOf([2, 9, 8, 5]);
  const running = { mean: normal([5], "mean"), variance: tf.fill([5], 2), share: 0.1 };
  const statisticsOf = (options: BatchNormOptions) => {
    const tape = new Tape();
    const [x, gamma, beta] = inputs.map((tensor) => tape.parameter(tensor));
    const { statistics } = batchNormTraining(tape, x!, { gamma: gamma!, beta: beta! }, options);
    tape.dispose();
    return [take(statistics.mean), take(statistics.variance)];
  };
  const [batch, moved] = [statisticsOf({}), statisticsOf({ running })];
  [running.mean, running.variance].forEach((before, i) => {
    const expected = before.dataSync().map((value, c) => 0.9 * value + 0.1 * batch[i]![c]!);
    assertClose(moved[i]!, expected, { ofMaximum: 1e-6 });
  });
  tf.dispose([inputs, running.mean, running.variance]);
});

agreementTest("batchNormTraining()", () => {
  const inputs = inputsOf([2, 9, 8, 5]);
  const { output, gradients } = differentiate(inputs, training({ relu: true }));
  tf.dispose(inputs);
  return { output, dx: gradients[0]!, dgamma: gradients[1]!, dbeta: gradients[2]! };
}, { ofMaximum: 2e-5 });

numericTest("batchNormTraining() gives the same whatever the offset of the input is", () => {
  const [x, gamma, beta] = inputsOf([2, 8, 8, 3]) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const far = tf.add(x, 100);
  const [near, moved] = [x, far].map((input) => differentiate([input, gamma, beta], training()));
  assertClose(moved!.output, near!.output, { ofMaximum: 1e-4 }, "output");
  moved!.gradients.forEach((gradient, i) =>
    assertClose(gradient, near!.gradients[i]!, { ofMaximum: 1e-3 }, `gradient ${i}`)
  );
  tf.dispose([x, far, gamma, beta]);
});

numericTest("batchNormEvaluation() uses the running statistics, with a gradient into x alone", () => {
  const inputs = inputsOf([2, 3, 4, 3]);
  const [mean, variance] = [
    normal([3], "mean"),
    tf.tidy(() => tf.add(tf.square(normal([3], "variance")), 0.1)),
  ];
  const evaluation = (relu: boolean): TapeOp => (tape, [x]) => {
    const affine = { gamma: tape.constant(inputs[1]!), beta: tape.constant(inputs[2]!) };
    return batchNormEvaluation(tape, x!, affine, mean!, variance!, { relu });
  };
  const [x, gamma, beta, m, v] = [...inputs, mean!, variance!].map((tensor) => tensor.dataSync());
  const expected = Array.from(
    x!,
    (value, i) => (value - m![i % 3]!) / Math.sqrt(v![i % 3]! + 1e-5) * gamma![i % 3]! + beta![i % 3]!,
  );
  const plain = differentiate([inputs[0]!], evaluation(false));
  assertClose(plain.output, expected, { ofMaximum: 1e-5 });
  checkGradients([inputs[0]!], evaluation(false), { step: 0.1 });
  const rectified = differentiate([inputs[0]!], evaluation(true));
  assertClose(rectified.output, expected.map((value) => Math.max(0, value)), { ofMaximum: 1e-5 });
  const stopped = plain.gradients[0]!.map((value, i) => (expected[i]! > 0 ? value : 0));
  assertClose(rectified.gradients[0]!, stopped, { ofMaximum: 1e-6 });
  tf.dispose([...inputs, mean!, variance!]);
});

numericTest("batchNormTraining() refuses one value a channel, and a scale that does not fit, by name", () => {
  const tape = new Tape();
  const tensors = [...inputsOf([1, 1, 1, 3]), ...inputsOf([2, 2, 2, 4])];
  const [x, gamma, beta, wide] = tensors.map((tensor) => tape.constant(tensor)) as Value[];
  assert.throws(() => batchNormTraining(tape, x!, { gamma: gamma!, beta: beta! }, { name: "image_pool" }), {
    name: "RangeError",
    message: /Cannot normalize image_pool: input \[1, 1, 1, 3\] has one value a channel/,
  });
  assert.throws(() => batchNormTraining(tape, wide!, { gamma: gamma!, beta: beta! }), {
    name: "RangeError",
    message: /input \[2, 2, 2, 4\] with scale \[3\] and shift \[3\]/,
  });
  assert.throws(
    () => batchNormEvaluation(tape, wide!, { gamma: gamma!, beta: beta! }, tensors[1]!, tensors[1]!),
    RangeError,
  );
  tape.dispose();
  tf.dispose(tensors);
});

numericTest(
  "batchNormTraining() with ReLU6 and a variance's addition of its own has the right gradients",
  () => {
    const inputs = inputsOf([2, 4, 4, 3]);
    const options = { epsilon: 0.5 };
    const plain = differentiate(inputs, training(options));
    const fused = differentiate(inputs, training({ ...options, relu: "relu6" }));
    assertClose(fused.output, plain.output.map((value) => Math.min(Math.max(value, 0), 6)), { ofMaximum: 0 });
    assert.notDeepEqual(plain.output, differentiate(inputs, training()).output);
    checkGradients(inputs, training(options), { step: 0.02, tolerance: 5e-3 });
    checkGradients(inputs, training({ ...options, relu: "relu6" }), { step: 1e-3, tolerance: 2e-2 });
    tf.dispose(inputs);
  },
);
