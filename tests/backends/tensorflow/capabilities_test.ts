import assert from "node:assert/strict";
import { nativeBackend, nativeCapabilities } from "../../../src/backends/native.ts";
import type { TensorflowBinding } from "../../../src/backends/tensorflow/binding.ts";
import { probeCapabilities } from "../../../src/backends/tensorflow/capabilities.ts";
import { KernelError } from "../../../src/core/errors.ts";
import { numericTest } from "../../numeric.ts";

/** The binding, with results or refusals of one op put in the way. */
function changed(change: (op: string, run: () => ReturnType<TensorflowBinding["executeOp"]>) => unknown) {
  const binding = nativeBackend()!.binding;
  return new Proxy(binding, {
    get(target, key) {
      if (key !== "executeOp") {
        const value = Reflect.get(target, key) as unknown;
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (...args: Parameters<TensorflowBinding["executeOp"]>) =>
        change(args[0], () => target.executeOp(...args));
    },
  });
}

numericTest("probeCapabilities() finds the same each time and leaves no tensor", (backend) => {
  const before = backend.memory().tensors;
  assert.deepEqual(probeCapabilities(nativeBackend()!.binding), nativeCapabilities());
  assert.equal(backend.memory().tensors, before);
}, ["tensorflow"]);

numericTest("probeCapabilities() takes a refusal for lack, and passes other errors on", (backend) => {
  const before = backend.memory().tensors;
  const refusing = changed((op, run) => {
    if (op === "Conv2DBackpropInput") throw new KernelError("no dilations");
    return run();
  });
  const { dilatedWeightGradient } = nativeCapabilities()!;
  assert.deepEqual(probeCapabilities(refusing), {
    dilatedInputGradient: false,
    dilatedWeightGradient,
    bfloat16: false,
  });
  assert.throws(
    () => probeCapabilities(changed(() => assert.fail("another error"))),
    { message: "another error" },
  );
  assert.equal(backend.memory().tensors, before);
}, ["tensorflow"]);

numericTest("probeCapabilities() takes wrong numbers for lack", () => {
  // the gradient of another convolution: the weights' of a dense one
  const binding = nativeBackend()!.binding;
  const wrong = new Proxy(binding, {
    get(target, key) {
      const value = Reflect.get(target, key) as unknown;
      if (key === "tensorDataSync") {
        return (id: number) => Float32Array.from(target.tensorDataSync(id) as Float32Array, (x) => x * 1.01);
      }
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  assert.deepEqual(probeCapabilities(wrong), {
    dilatedInputGradient: false,
    dilatedWeightGradient: false,
    bfloat16: false,
  });
}, ["tensorflow"]);
