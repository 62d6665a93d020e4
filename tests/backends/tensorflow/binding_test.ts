import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../../../src/backends/native.ts";
import type { OpAttribute } from "../../../src/backends/tensorflow/attributes.ts";
import type { TensorflowBinding } from "../../../src/backends/tensorflow/binding.ts";
import {
  TF_DOUBLE,
  TF_FLOAT,
  TF_INT16,
  TF_INT32,
  TF_INT64,
  TF_STRING,
} from "../../../src/backends/tensorflow/dtypes.ts";
import { runOp } from "../../../src/backends/tensorflow/run_op.ts";
import { KernelError } from "../../../src/core/errors.ts";
import { numericTest } from "../../numeric.ts";

function bindingTest(name: string, body: (binding: TensorflowBinding) => void | Promise<void>): void {
  numericTest(name, () => body(nativeBackend()!.binding), ["tensorflow"]);
}

/** Runs an op and gives its outputs' elements; everything made is deleted. */
function run(
  binding: TensorflowBinding,
  op: string,
  attributes: readonly OpAttribute[],
  inputs: readonly number[],
  outputs = 1,
): { shape: number[]; dtype: number; data: ArrayBufferView | Uint8Array[] }[] {
  return binding.executeOp(op, attributes, inputs, outputs).map(({ id, shape, dtype }) => {
    const data = binding.tensorDataSync(id);
    binding.deleteTensor(id);
    return { shape, dtype, data };
  });
}

bindingTest("TensorflowBinding keeps the elements of every dtype, through an op and back", (binding) => {
  const values = [
    [binding.TF_FLOAT, new Float32Array([1.5, -0, NaN, Infinity])],
    [TF_DOUBLE, new Float64Array([1e300, -1, 0, 2])],
    [binding.TF_INT32, new Int32Array([1, -2147483648, 2147483647, 0])],
    [binding.TF_INT64, new BigInt64Array([2n ** 62n, -1n, 0n, 9007199254740993n])],
    [TF_INT16, new Int16Array([-32768, 1, 2, 3])],
    [binding.TF_UINT8, new Uint8Array([0, 1, 255, 3])],
    [binding.TF_BOOL, new Uint8Array([0, 1, 1, 0])],
    [binding.TF_COMPLEX64, new Float32Array([1, 2, 3, 4, 5, 6, 7, 8])],
    [binding.TF_STRING, ["", "a", "ä€𝄞", "x".repeat(1000)].map((text) => new TextEncoder().encode(text))],
  ] as const;
  for (const [dtype, list] of values) {
    for (const shape of [[4], [2, 2], [1, 4, 1]]) {
      const id = binding.createTensor(shape, dtype, list);
      assert.deepEqual(binding.tensorDataSync(id), list);
      assert.deepEqual(run(binding, "Identity", [], [id]), [{ shape, dtype, data: list }]);
      binding.deleteTensor(id);
    }
  }
});

bindingTest("TensorflowBinding keeps empty tensors and scalars", (binding) => {
  for (
    const [dtype, none] of [[TF_FLOAT, new Float32Array()], [TF_INT64, new BigInt64Array()], [
      TF_STRING,
      [],
    ]] as const
  ) {
    const id = binding.createTensor([2, 0, 3], dtype, none);
    assert.deepEqual(run(binding, "Identity", [], [id]), [{ shape: [2, 0, 3], dtype, data: none }]);
    binding.deleteTensor(id);
  }
  const scalar = binding.createTensor([], TF_FLOAT, new Float32Array([7]));
  assert.deepEqual(run(binding, "Identity", [], [scalar])[0]!.shape, []);
  binding.deleteTensor(scalar);
});

bindingTest(
  "TensorflowBinding copies: later changes of an array do not reach the tensor, nor back",
  (binding) => {
    const values = new Float32Array([1, 2]);
    const id = binding.createTensor([2], TF_FLOAT, values);
    values[0] = 9;
    const read = binding.tensorDataSync(id) as Float32Array;
    assert.deepEqual([...read], [1, 2]);
    read[1] = 9;
    assert.deepEqual([...binding.tensorDataSync(id) as Float32Array], [1, 2]);
    binding.deleteTensor(id);
  },
);

bindingTest("TensorflowBinding.executeOp() takes every kind of attribute, alone and as a list", (binding) => {
  const x = binding.createTensor([1, 4], TF_FLOAT, new Float32Array([1, 2, 3, 4]));
  const squeezed = run(
    binding,
    "Squeeze",
    [{ name: "squeeze_dims", type: binding.TF_ATTR_INT, value: [0] }],
    [x],
  );
  assert.deepEqual(squeezed[0]!.shape, [4]);
  const cast = run(binding, "Cast", [{ name: "DstT", type: binding.TF_ATTR_TYPE, value: TF_INT32 }], [x]);
  assert.deepEqual(cast[0]!.data, new Int32Array([1, 2, 3, 4]));
  const sum = run(binding, "Einsum", [
    { name: "equation", type: binding.TF_ATTR_STRING, value: "ab->a" },
    { name: "N", type: binding.TF_ATTR_INT, value: 1 },
    { name: "T", type: binding.TF_ATTR_TYPE, value: TF_FLOAT },
  ], [x]);
  assert.deepEqual(sum[0]!.data, new Float32Array([10]));
  const leaky = run(binding, "LeakyRelu", [{ name: "alpha", type: binding.TF_ATTR_FLOAT, value: 0.5 }], [x]);
  assert.deepEqual(leaky[0]!.data, new Float32Array([1, 2, 3, 4]));
  const axis = binding.createTensor([1], TF_INT32, new Int32Array([1]));
  const kept = run(binding, "Max", [{ name: "keep_dims", type: binding.TF_ATTR_BOOL, value: true }], [
    x,
    axis,
  ]);
  assert.deepEqual(kept[0]!.shape, [1, 1]);
  const shaped = run(binding, "PlaceholderWithDefault", [
    { name: "shape", type: binding.TF_ATTR_SHAPE, value: [1, -1] },
  ], [x]);
  assert.deepEqual(shaped[0]!.shape, [1, 4]);
  const buckets = run(binding, "Bucketize", [
    { name: "boundaries", type: binding.TF_ATTR_FLOAT, value: [1.5, 3.5] },
  ], [x]);
  assert.deepEqual(buckets[0]!.data, new Int32Array([0, 1, 1, 2]));
  const both = run(
    binding,
    "IdentityN",
    [
      { name: "T", type: binding.TF_ATTR_TYPE, value: [TF_FLOAT, TF_INT32] },
    ],
    [x, axis],
    2,
  );
  assert.deepEqual(both.map(({ dtype }) => dtype), [TF_FLOAT, TF_INT32]);
  [x, axis].forEach((id) => binding.deleteTensor(id));
});

bindingTest("TensorflowBinding.executeOp() takes lists of strings", (binding) => {
  const text = binding.createTensor([1], TF_STRING, ["a=1"]);
  const matched = run(binding, "StaticRegexReplace", [
    { name: "pattern", type: binding.TF_ATTR_STRING, value: "=" },
    { name: "rewrite", type: binding.TF_ATTR_STRING, value: "≠" },
  ], [text]);
  assert.deepEqual(matched[0]!.data, [new TextEncoder().encode("a≠1")]);
  assert.throws(
    () =>
      run(binding, "Identity", [{
        name: "_class",
        type: binding.TF_ATTR_STRING,
        value: ["loc:@a", 3] as never,
      }], [text]),
    KernelError,
  );
  run(binding, "Identity", [{ name: "_class", type: binding.TF_ATTR_STRING, value: ["loc:@a", "loc:@b"] }], [
    text,
  ]);
  binding.deleteTensor(text);
});

bindingTest("TensorflowBinding.memory() counts tensors and bytes, with their peak", (binding) => {
  const before = binding.memory();
  binding.resetPeak();
  const a = binding.createTensor([256], TF_FLOAT, new Float32Array(256));
  const b = binding.createTensor([2], TF_INT64, new BigInt64Array(2));
  const { tensors, bytes } = binding.memory();
  assert.deepEqual([tensors - before.tensors, bytes - before.bytes], [2, 1024 + 16]);
  [a, b].forEach((id) => binding.deleteTensor(id));
  assert.deepEqual(binding.memory(), { ...before, peakBytes: before.bytes + 1040 });
  binding.resetPeak();
  assert.equal(binding.memory().peakBytes, before.bytes);
  assert.equal(binding.getNumOfTensors(), before.tensors);
});

bindingTest(
  "TensorflowBinding tells op, shapes and dtypes in the error of an op, without its definition",
  (binding) => {
    const a = binding.createTensor([2, 3], TF_FLOAT, new Float32Array(6));
    const b = binding.createTensor([4], TF_INT32, new Int32Array(4));
    assert.throws(() => binding.executeOp("MatMul", [], [a, a], 1), {
      name: "KernelError",
      message:
        "Cannot run MatMul(float32[2, 3], float32[2, 3]): Matrix size-incompatible: In[0]: [2,3], In[1]: [2,3]",
    });
    assert.throws(() => binding.executeOp("MatMul", [], [a, b], 1), (error: Error) => {
      assert.match(error.message, /^Cannot run MatMul\(float32\[2, 3\], int32\[4\]\): /);
      assert.doesNotMatch(error.message, /NodeDef|Op</);
      return error instanceof KernelError;
    });
    assert.throws(() => binding.executeOp("MatMul", [], [a], 1), /it has 1 inputs, expected 2/);
    assert.throws(
      () => binding.executeOp("Conv2D", [], [a, a], 1),
      /attribute "strides" is missing, expected a list\(int\)/,
    );
    assert.deepEqual(run(binding, "Relu", [], [a])[0]!.shape, [2, 3], "the next call works");
    [a, b].forEach((id) => binding.deleteTensor(id));
  },
);

bindingTest(
  "TensorflowBinding.executeOpInBackground() gives what executeOp() gives, and its errors",
  async (binding) => {
    const a = binding.createTensor([2], TF_FLOAT, new Float32Array([-1, 2]));
    const [output] = await binding.executeOpInBackground("Relu", [], [a], 1);
    assert.deepEqual(await binding.tensorData(output!.id), new Float32Array([0, 2]));
    binding.deleteTensor(output!.id);
    await assert.rejects(binding.executeOpInBackground("MatMul", [], [a, a], 1), {
      name: "KernelError",
      message: /^Cannot run MatMul\(float32\[2\], float32\[2\]\): /,
    });
    binding.deleteTensor(a);
  },
);

bindingTest("TensorflowBinding.onOp is told of every op", (binding) => {
  const seen: string[] = [];
  binding.onOp = (op, milliseconds) => void (seen.push(op), assert.ok(milliseconds >= 0));
  tf.tidy(() => void tf.relu(tf.mul(tf.scalar(2), 3)));
  binding.onOp = undefined;
  assert.deepEqual(seen, ["Mul", "Relu"]);
});

numericTest("tfjs strings, bools and complex numbers go through backend tensorflow", async () => {
  const texts = tf.tensor(["a", "ü", ""], [3], "string");
  const twice = tf.concat([texts, texts]);
  const turned = tf.slice(twice, [1], [3]);
  assert.deepEqual(await turned.data<"string">(), ["ü", "", "a"] as never);
  const flags = tf.tensor([true, false, true], [3], "bool");
  const negated = tf.logicalNot(flags);
  assert.deepEqual([...await negated.data()], [0, 1, 0]);
  const numbers = tf.complex([1, 2], [3, -4]);
  const [real, imaginary] = [tf.real(numbers), tf.imag(numbers)];
  assert.deepEqual([[...await real.data()], [...await imaginary.data()]], [[1, 2], [3, -4]]);
  tf.dispose([texts, twice, turned, flags, negated, numbers, real, imaginary]);
}, ["tensorflow"]);

numericTest("runOp() takes attributes by kind", () => {
  const x = tf.tensor([[1, 2], [3, 4]]);
  const y = runOp(nativeBackend()!, "MatMul", [x, x], { bools: { transpose_a: true } });
  assert.deepEqual([...y.dataSync()], [10, 14, 14, 20]);
  tf.dispose([x, y]);
}, ["tensorflow"]);
