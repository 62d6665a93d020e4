import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import fc from "fast-check";
import { assertClose, numericTest } from "../../numeric.ts";
import { OP_CALLS, type OpCall, type Operand } from "./op_cases.ts";

interface Outcome {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: Float32Array | Int32Array | Uint8Array;
}

function tensorOf({ shape, dtype, values }: Operand): tf.Tensor {
  return tf.tensor(values as number[], shape as number[], dtype);
}

/** What a call gives on a backend; counts of tensors must be as before. */
async function outcomes(backend: string, { operands, run }: OpCall): Promise<Outcome[]> {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const results = tf.tidy(() => {
    const outputs = run(...operands.map(tensorOf));
    return [outputs].flat().map(({ shape, dtype, ...rest }, i) => ({
      shape,
      dtype,
      values: ([outputs].flat()[i] ?? rest as tf.Tensor).dataSync().slice(),
    }));
  });
  assert.equal(tf.memory().numTensors, before, `tensors left on ${backend}`);
  return results as unknown as Outcome[];
}

async function compare(one: OpCall): Promise<void> {
  const [expected, actual] = [await outcomes("cpu", one), await outcomes("tensorflow", one)];
  assert.equal(actual.length, expected.length, one.text);
  expected.forEach(({ shape, dtype, values }, i) => {
    const got = actual[i]!;
    assert.deepEqual([got.shape, got.dtype], [shape, dtype], one.text);
    // two float32 libraries may round a transcendental function differently by a few units in the last place
    assertClose(got.values, values, { ofMaximum: dtype === "float32" ? 2e-6 : 0 }, one.text);
  });
}

for (const [name, calls] of Object.entries(OP_CALLS)) {
  numericTest(`tfjs ${name} give what the cpu backend gives`, async () => {
    await fc.assert(fc.asyncProperty(calls, compare), { numRuns: 60, seed: 1 });
    await tf.setBackend("tensorflow");
  }, ["tensorflow"]);
}
