import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../../../../src/backends/native.ts";
import { TensorFunction } from "../../../../src/backends/tensorflow/function/tensor_function.ts";
import { runOp } from "../../../../src/backends/tensorflow/run_op.ts";
import { KernelError } from "../../../../src/core/errors.ts";
import { Variable } from "../../../../src/train/variables.ts";
import { assertClose, normal, numericTest } from "../../../numeric.ts";

function functionTest(name: string, body: () => void | Promise<void>): void {
  numericTest(name, body, ["tensorflow"]);
}

/** Values of tensors, which are disposed. */
function taken(tensors: readonly tf.Tensor[]): number[][] {
  return tensors.map((tensor) => {
    const values = Array.from(tensor.dataSync());
    tensor.dispose();
    return values;
  });
}

functionTest("TensorFunction runs what was recorded on the tensors of each call", () => {
  const [a, b, c] = [tf.tensor1d([1, 2]), tf.tensor1d([10, 20]), tf.tensor1d([100, 200])];
  const recorded = new TensorFunction(nativeBackend()!, [a, b], () => [
    tf.tidy(() => tf.add(tf.mul(a, 3), b)),
    tf.sub(a, b),
  ]);
  assert.deepEqual(taken(recorded.call([a, b])), [[13, 26], [-9, -18]]);
  assert.deepEqual(taken(recorded.call([c, a])), [[301, 602], [99, 198]]);
  recorded.dispose();
  tf.dispose([a, b, c]);
});

functionTest(
  "TensorFunction knows every shape as it records, of convolutions, reshapes and reductions too",
  () => {
    const [x, filter] = [normal([2, 7, 9, 3], "x"), normal([3, 3, 3, 5], "filter")];
    const f = () =>
      tf.tidy(() => {
        const map = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, "same");
        assert.deepEqual(map.shape, [2, 4, 5, 5]);
        const flat = tf.reshape(
          tf.pad(tf.slice(map, [0, 1, 0, 0], [-1, 2, -1, -1]), [[0, 0], [1, 0], [0, 0], [0, 0]]),
          [6, -1],
        );
        assert.deepEqual(flat.shape, [6, 25]);
        return tf.softmax(tf.matMul(flat as tf.Tensor2D, flat as tf.Tensor2D, false, true));
      });
    const recorded = new TensorFunction(nativeBackend()!, [x, filter], () => [f()]);
    const eager = f();
    const [made] = recorded.call([x, filter]);
    assert.deepEqual(made!.shape, eager.shape);
    assertClose(made!.dataSync(), eager.dataSync(), { ofMaximum: 1e-6 });
    recorded.dispose();
    tf.dispose([x, filter, eager, made!]);
  },
);

functionTest(
  "TensorFunction asks anew before each call for what varies, in the order of the recording",
  () => {
    let next = 1;
    const x = tf.tensor1d([1, 1]);
    const recorded = new TensorFunction(nativeBackend()!, [x], (ask) => {
      const [first, second] = [ask(() => tf.scalar(next++)), ask(() => tf.tensor1d([next++, 0]))];
      const result = tf.tidy(() => tf.add(tf.mul(x, first), second));
      tf.dispose([first, second]);
      return [result];
    });
    assert.deepEqual(taken(recorded.call([x])), [[3, 1]]);
    assert.deepEqual(taken(recorded.call([x])), [[7, 3]]);
    recorded.dispose();
    x.dispose();
  },
);

functionTest("TensorFunction changes variables in place, in the order of the recording", () => {
  const backend = nativeBackend()!;
  const [start, step, factor] = [tf.tensor1d([1, 2]), tf.tensor1d([1, 10]), tf.scalar(2)];
  const variable = new Variable(backend, [2]);
  variable.assign(start);
  const recorded = new TensorFunction(backend, [step, factor], () => {
    const before = variable.read();
    variable.subtract(step, factor);
    const between = variable.read();
    variable.subtract(between, factor);
    const after = variable.read();
    return [before, between, after];
  });
  assert.deepEqual(taken(recorded.call([step, factor])), [[1, 2], [-1, -18], [1, 18]]);
  assert.deepEqual(taken(recorded.call([step, factor])), [[1, 18], [-1, -2], [1, 2]]);
  assert.deepEqual(taken([variable.read()]), [[1, 2]]);
  recorded.dispose();
  variable.dispose();
  tf.dispose([start, step, factor]);
});

functionTest("TensorFunction keeps changes of variables off where a guard fails", () => {
  const backend = nativeBackend()!;
  const [start, x, factor] = [tf.tensor1d([5]), tf.tensor1d([1]), tf.scalar(1)];
  const variable = new Variable(backend, [1]);
  variable.assign(start);
  const recorded = new TensorFunction(backend, [x, factor], () => {
    const checked = runOp(backend, "CheckNumerics", [x], { strings: { message: "here" } });
    backend.binding.guardChanges(backend.getInputTensorIds([checked])[0]!);
    variable.subtract(x, factor);
    return [checked];
  });
  const wrong = tf.tensor1d([NaN]);
  assert.throws(() => recorded.call([wrong, factor]), /here : Tensor had NaN/);
  assert.deepEqual(taken([variable.read()]), [[5]]);
  assert.deepEqual(taken(recorded.call([x, factor])), [[1]]);
  assert.deepEqual(taken([variable.read()]), [[4]]);
  recorded.dispose();
  variable.dispose();
  tf.dispose([start, x, factor, wrong]);
});

functionTest(
  "TensorFunction refuses what cannot be recorded, by name, and leaves the backend as it was",
  () => {
    const backend = nativeBackend()!;
    const [x, other] = [tf.tensor1d([1, 0, 2]), tf.tensor1d([1, 2, 3])];
    backend.getInputTensorIds([x, other]);
    const left: tf.Tensor[] = [];
    const cases: [() => tf.Tensor, RegExp][] = [
      [() => tf.add(x, other), /^Cannot record Add: an input is float32\[3\], made before the recording/],
      [
        () => tf.tidy(() => tf.scalar(tf.sum(x).dataSync()[0]!)),
        /^Cannot record dataSync: values do not exist/,
      ],
      [
        () => runOp(backend, "Where", [x]),
        /^Cannot record Where\(float32\[3\]\): the shape of output 0 is not known/,
      ],
      [
        () => (left.push(tf.neg(x)), tf.neg(x)),
        /^Cannot record a function: 1 tensors outlive it/,
      ],
      [() => runOp(backend, "NoSuchOp", [x]), /TensorFlow has no op of that name/],
    ];
    for (const [f, message] of cases) {
      assert.throws(() => new TensorFunction(backend, [x], () => [f()]), { name: "KernelError", message });
      assert.equal(backend.binding.isRecording, false);
    }
    assert.deepEqual(taken([tf.add(x, other)]), [[2, 2, 5]]);
    tf.dispose([x, other, ...left]);
  },
);

functionTest("TensorFunction's tensors have no values once the recording is over", () => {
  const x = tf.tensor1d([1]);
  let left: tf.Tensor | undefined;
  const record = () =>
    new TensorFunction(nativeBackend()!, [x], () => {
      left = tf.neg(x);
      return [tf.neg(left)];
    });
  assert.throws(record, KernelError);
  assert.throws(() => left!.dataSync(), /was made while a function was recorded and has no values/);
  tf.dispose([x, left!]);
});

functionTest("TensorFunction can be called hundreds of times without growing", () => {
  const backend = nativeBackend()!;
  const x = normal([64, 64], "x");
  const recorded = new TensorFunction(backend, [x], (ask) => {
    const factor = ask(() => tf.scalar(2));
    const result = tf.mul(x, factor);
    factor.dispose();
    return [result];
  });
  taken(recorded.call([x]));
  const before = backend.binding.memory();
  for (let i = 0; i < 300; i++) tf.dispose(recorded.call([x]));
  assert.deepEqual(backend.binding.memory().tensors, before.tensors);
  recorded.dispose();
  x.dispose();
});

functionTest("TensorFunction says first what failed, and lists few of many inputs", () => {
  const inputs = Array.from({ length: 500 }, (_, i) => tf.scalar(i));
  const recorded = new TensorFunction(nativeBackend()!, inputs, () => {
    const sum = tf.addN(inputs);
    const checked = runOp(nativeBackend()!, "CheckNumerics", [sum], { strings: { message: "the sum" } });
    sum.dispose();
    return [checked];
  });
  const first = tf.scalar(NaN);
  assert.throws(() => recorded.call([first, ...inputs.slice(1)]), (error: Error) => {
    assert.ok(error instanceof KernelError);
    assert.match(
      error.message,
      /^Cannot run \w+\((float32\[\], ){5}float32\[\] and 494 more\): .*the sum : Tensor had NaN values/s,
    );
    return true;
  });
  recorded.dispose();
  tf.dispose([first, ...inputs]);
});
