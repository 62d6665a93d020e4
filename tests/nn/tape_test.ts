import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { linearCombination } from "../../src/nn/arithmetic.ts";
import { batchNormTraining } from "../../src/nn/batch_norm.ts";
import { convolution } from "../../src/nn/convolution.ts";
import { relu } from "../../src/nn/relu.ts";
import { Tape, type Value } from "../../src/nn/tape.ts";
import { normal, numericTest, take } from "../numeric.ts";

function double(tape: Tape, value: Value): Value {
  return linearCombination(tape, [[2, value]]);
}

numericTest("Tape.backward() gives the gradient of each parameter that the loss depends on", () => {
  const [used, unused] = [tf.tensor([3]), tf.tensor([5])];
  const tape = new Tape();
  const [a, b] = [tape.parameter(used), tape.parameter(unused)];
  double(tape, b);
  const gradients = tape.backward(double(tape, double(tape, a)));
  assert.deepEqual([...gradients.keys()], [used]);
  assert.deepEqual([...take(gradients.get(used)!)], [4]);
  tape.dispose();
  tf.dispose([used, unused]);
});

numericTest("Tape.backwardInto() hands over each gradient once no op to come reads its parameter", () => {
  const [early, late] = [tf.tensor([3]), tf.tensor([5])];
  const tape = new Tape();
  const [a, b] = [tape.parameter(early), tape.parameter(late)];
  const sum = linearCombination(tape, [[1, double(tape, a)], [7, b]]);
  const loss = linearCombination(tape, [[1, sum], [10, b]]);
  const taken: (readonly [tf.Tensor, number])[] = [];
  tape.backwardInto(loss, (parameter, gradient) => {
    taken.push([parameter, take(gradient)[0]!]);
    parameter.dispose();
  });
  assert.deepEqual(taken, [[late, 17], [early, 2]]);
  tape.dispose();
});

numericTest("Tape.parameter() gives one value for one tensor, whose gradients add up", () => {
  const x = tf.tensor([3]);
  const tape = new Tape();
  assert.equal(tape.parameter(x), tape.parameter(x));
  const loss = linearCombination(tape, [[2, tape.parameter(x)], [5, tape.parameter(x)]]);
  assert.deepEqual([...take(tape.backward(loss).get(x)!)], [7]);
  tape.dispose();
  x.dispose();
});

numericTest("Tape.detach() stops the gradient and keeps the value", () => {
  const x = tf.tensor([3]);
  const tape = new Tape();
  const v = tape.parameter(x);
  const loss = linearCombination(tape, [[1, v], [10, tape.detach(v)]]);
  assert.deepEqual([...loss.tensor.dataSync()], [33]);
  assert.deepEqual([...take(tape.backward(loss).get(x)!)], [1]);
  tape.dispose();
  x.dispose();
});

numericTest("Tape.backwardFrom() takes several seeds, one value twice among them", () => {
  const x = tf.tensor([1, 1]);
  const tape = new Tape();
  const y = double(tape, tape.parameter(x));
  const z = double(tape, y);
  const seeds = [[y, tf.tensor([1, 0])], [z, tf.tensor([0, 1])], [y, tf.tensor([1, 0])]] as const;
  assert.deepEqual([...take(tape.backwardFrom(seeds).get(x)!)], [4, 4]);
  tape.dispose();
  x.dispose();
});

numericTest("Tape.scope() frees what it made, except what it returns and what gradients need", () => {
  const x = tf.tensor([1, -1]);
  const tape = new Tape();
  const before = tf.memory().numTensors;
  const y = tape.scope(() => double(tape, double(tape, double(tape, tape.parameter(x)))));
  assert.equal(tf.memory().numTensors - before, 1, "linear ops keep nothing for their gradients");
  const z = tape.scope(() => double(tape, relu(tape, double(tape, y))));
  assert.equal(tf.memory().numTensors - before, 3, "the rectifier keeps its output");
  const named = tape.scope(() => ({ first: double(tape, z), second: [double(tape, z)][0]! }));
  assert.equal(tf.memory().numTensors - before, 5);
  assert.deepEqual([...named.first.tensor.dataSync()], [64, 0]);
  const gradient = tape.backwardFrom([[named.first, tf.ones([2])]]).get(x)!;
  assert.deepEqual([...take(gradient)].map((value) => value + 0), [64, 0]);
  tape.dispose();
  assert.equal(tf.memory().numTensors, before);
  x.dispose();
});

numericTest("Tape.scope() frees everything when its function throws", () => {
  const x = tf.tensor([1]);
  const tape = new Tape();
  const before = tf.memory().numTensors;
  assert.throws(() =>
    tape.scope((): Value => {
      double(tape, tape.parameter(x));
      throw new Error("on purpose");
    }), /on purpose/);
  assert.equal(tf.memory().numTensors, before);
  tape.dispose();
  x.dispose();
});

numericTest("Tape that does not record keeps nothing for gradients", () => {
  const x = normal([1, 4, 4, 2], "x");
  const tape = new Tape({ recording: false });
  const before = tf.memory().numTensors;
  const y = tape.scope(() => relu(tape, relu(tape, tape.parameter(x))));
  assert.equal(y.requiresGrad, false);
  assert.equal(tf.memory().numTensors - before, 1);
  tape.dispose();
  x.dispose();
});

numericTest("Tape.dispose() without a backward frees what gradients would have needed", () => {
  const x = normal([1, 4, 4, 2], "x");
  const before = tf.memory().numTensors;
  const tape = new Tape();
  tape.scope(() => relu(tape, relu(tape, tape.parameter(x))));
  tape.dispose();
  assert.equal(tf.memory().numTensors, before);
  x.dispose();
});

numericTest("Tape.observe() keeps a value and its gradient until the tape is disposed", () => {
  const x = tf.tensor([3]);
  const tape = new Tape({ observing: true });
  const loss = tape.scope(() => double(tape, tape.observe("inner", double(tape, tape.parameter(x)))));
  tf.dispose([...tape.backward(loss).values()]);
  const { value, gradient } = tape.observations.get("inner")!;
  assert.deepEqual([value.tensor.dataSync()[0], gradient!.dataSync()[0]], [6, 2]);
  tape.dispose();
  const silent = new Tape();
  silent.observe("inner", silent.constant(x));
  assert.equal(silent.observations.size, 0);
  x.dispose();
});

numericTest("Tape.adopt() disposes the tensor with its scope, constant() leaves it", () => {
  const tape = new Tape();
  const [mine, kept] = [tf.tensor([1]), tf.tensor([2])];
  tape.scope(() => double(tape, linearCombination(tape, [[1, tape.adopt(mine)], [1, tape.constant(kept)]])));
  assert.deepEqual([mine.isDisposed, kept.isDisposed], [true, false]);
  tape.dispose();
  kept.dispose();
});

numericTest(
  "Tape holds of convolution, norm and rectifier what gradients need, and no more at its peak",
  (backend) => {
    const [n, h, w, c] = [1, 32, 32, 16] as const;
    const map = n * h * w * c * 4;
    const x = normal([n, h, w, c], "x");
    const blocks = [0, 1, 2, 3].map((i) => [normal([3, 3, c, c], `w${i}`), tf.ones([c]), tf.zeros([c])]);
    const settle = [x, ...blocks.flat()].map((tensor) => tf.add(tensor, 0));
    tf.dispose(settle);
    const tape = new Tape();
    const start = backend.memory().bytes;
    backend.resetPeakMemory();
    const step = (value: Value, block: tf.Tensor[]) =>
      tape.scope(() => {
        const [weights, gamma, beta] = block.map((tensor) => tape.parameter(tensor)) as [Value, Value, Value];
        const z = convolution(tape, value, weights, { stride: 1, dilation: 1, padding: 1 });
        const { output, statistics } = batchNormTraining(tape, z, { gamma, beta }, { relu: true });
        tf.dispose([statistics.mean, statistics.variance]);
        return output;
      });
    const output = tape.scope(() => blocks.reduce(step, tape.constant(x)));
    const small = 8 * 1024;
    const held = backend.memory().bytes - start;
    // per block: the convolution's output (the norm's input) and the rectifier's output (the next one's input)
    assert.ok(Math.abs(held - 8 * map) < small, `${held} bytes held, expected two maps a block, ${8 * map}`);
    const forward = backend.memory().peakBytes - start;
    if (backend.name === "tensorflow") {
      // the normalized map lives beside the rectified one for a moment
      assert.ok(forward <= 9 * map + small, `peak ${forward} forward, expected at most ${9 * map}`);
    }
    const gradients = tape.backwardFrom([[output, tf.ones(output.shape)]]);
    const weightBytes = 4 * (9 * c * c + 2 * c) * 4;
    const left = backend.memory().bytes - start;
    assert.ok(Math.abs(left - map - weightBytes) < small, `${left} bytes left: the output and the gradients`);
    if (backend.name === "tensorflow") {
      const peak = backend.memory().peakBytes - start;
      // two maps a block, dy, the rectifier's dz and the norm's dx at the last block
      assert.ok(peak <= 11 * map + weightBytes + small, `peak ${peak}, expected at most ${11 * map}`);
    }
    tf.dispose([...gradients.values()]);
    tape.dispose();
    assert.equal(backend.memory().bytes, start);
    tf.dispose([x, ...blocks.flat()]);
  },
);

numericTest(
  "Tape.withoutGradient() makes constants, keeps nothing for them, and records again afterwards",
  (backend) => {
    // computed, so that it lies on the device already
    const x = tf.tidy(() => tf.add(normal([4, 9, 9, 8], "x"), 0));
    const start = backend.memory().bytes;
    const tape = new Tape();
    const twice = (value: Value) => relu(tape, relu(tape, value));
    const constant = tape.scope(() => tape.withoutGradient(() => tape.scope(() => twice(tape.parameter(x)))));
    assert.equal(constant.requiresGrad, false);
    assert.equal(backend.memory().bytes - start, 4 * x.size, "the result alone");
    const recorded = tape.scope(() => twice(tape.parameter(x)));
    assert.equal(recorded.requiresGrad, true);
    const gradients = tape.backwardFrom([[recorded, tf.ones(x.shape)], [constant, tf.ones(x.shape)]]);
    const positive = Array.from(x.dataSync(), (value) => (value > 0 ? 1 : 0));
    assert.deepEqual(Array.from(gradients.get(x)!.dataSync()), positive);
    tf.dispose([...gradients.values(), x]);
    tape.dispose();
  },
);
