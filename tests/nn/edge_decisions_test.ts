import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { batchNormTraining } from "../../src/nn/batch_norm.ts";
import type { EdgeDecisions, PoolChoices } from "../../src/nn/edge_decisions.ts";
import { maxPool } from "../../src/nn/max_pool.ts";
import { addRelu, relu } from "../../src/nn/relu.ts";
import { Tape } from "../../src/nn/tape.ts";
import { assertClose, differentiate, normal, numericTest, type TapeOp } from "../numeric.ts";

/** Opens every rectifier, leaves max pools alone, and lists what it was asked for. */
class AllOpen implements EdgeDecisions {
  readonly asked: [string, number[]][] = [];

  rectifier(name: string, input: tf.Tensor): tf.Tensor {
    this.asked.push([name, [...input.dataSync()]]);
    return tf.onesLike(input);
  }

  maxPool(): undefined {}
}

function choices(windows: number[], inputs: number[], holds: number[]): EdgeDecisions {
  const numbers = (values: number[]) => tf.tensor1d(values, "int32");
  const chosen = (): PoolChoices => ({
    windows: numbers(windows),
    inputs: numbers(inputs),
    holds: tf.tensor1d(holds),
  });
  return { rectifier: () => undefined, maxPool: chosen };
}

numericTest("EdgeDecisions open relu() and addRelu() where their inputs are below zero", () => {
  const [x, y] = [tf.tensor([-2, 0, 3]), tf.tensor([1, -1, 1])];
  const decisions = new AllOpen();
  const one = differentiate([x], (tape, [v]) => relu(tape, v!, "one"), { decisions });
  assert.deepEqual([...one.output].map((value) => value + 0), [0, 0, 3], "the output stays");
  assert.deepEqual(one.gradients[0], one.cotangent);
  const two = differentiate([x, y], (tape, [v, w]) => addRelu(tape, v!, w!, "two"), { decisions });
  assert.deepEqual([...two.output], [0, 0, 4]);
  two.gradients.forEach((gradient) => assert.deepEqual(gradient, two.cotangent));
  assert.deepEqual(decisions.asked, [["one", [-2, 0, 3]], ["two", [-1, -1, 4]]]);
  tf.dispose([x, y]);
});

numericTest("EdgeDecisions open the rectifier behind a norm: its gradient is then the norm's own", () => {
  const inputs = [normal([2, 3, 3, 2], "x"), tf.tensor([1, 2]), tf.tensor([0.5, -0.5])];
  const norm = (rectified: boolean): TapeOp => (tape, [x, gamma, beta]) => {
    const options = { relu: rectified, rectifier: "norm" };
    const { output, statistics } = batchNormTraining(tape, x!, { gamma: gamma!, beta: beta! }, options);
    tf.dispose([statistics.mean, statistics.variance]);
    return output;
  };
  const decisions = new AllOpen();
  const open = differentiate(inputs, norm(true), { decisions });
  const plain = differentiate(inputs, norm(false), { decisions });
  open.gradients.forEach((gradient, i) => assertClose(gradient, plain.gradients[i]!, { ofMaximum: 1e-6 }));
  assert.deepEqual(decisions.asked.map(([name]) => name), ["norm"], "a norm alone has nothing to decide");
  tf.dispose(inputs);
});

numericTest("EdgeDecisions send a max pool's gradients to the chosen inputs, where they hold", () => {
  // windows 0 and 1 of the upper row; their largest are inputs 1 and 7
  const x = tf.tensor4d([0, 9, 2, 3, 4, 5, 6, 8], [1, 2, 4, 1]);
  const pool: TapeOp = (tape, [v]) => maxPool(tape, v!, 2, 2, 0, "pool");
  const own = differentiate([x], pool);
  const [first, second] = own.cotangent as unknown as [number, number];
  assert.deepEqual([...own.gradients[0]!], [0, first, 0, 0, 0, 0, 0, second]);
  const both = differentiate([x], pool, { decisions: choices([1, 0], [6, 4], [1, 1]) });
  assert.deepEqual([...both.output], [9, 8], "the output stays");
  assertClose(both.gradients[0]!, [0, 0, 0, 0, first, 0, second, 0], { ofMaximum: 1e-6 });
  const one = differentiate([x], pool, { decisions: choices([1, 0], [6, 4], [0, 1]) });
  assertClose(one.gradients[0]!, [0, 0, 0, 0, first, 0, 0, second], { ofMaximum: 1e-6 });
  x.dispose();
});

numericTest("EdgeDecisions are asked and leave nothing behind where no gradient is recorded", () => {
  const x = tf.tensor4d([-1, 2, 3, 4], [1, 2, 2, 1]);
  const decisions = new AllOpen();
  const tape = new Tape({ recording: false, decisions });
  tape.scope(() => maxPool(tape, relu(tape, tape.constant(x), "constant"), 2, 2, 0));
  assert.equal(decisions.asked.length, 1);
  tape.dispose();
  x.dispose();
});

Deno.test("Tape refuses decisions beside recomputing, which would ask for them twice", () => {
  assert.throws(() => new Tape({ recompute: true, decisions: new AllOpen() }), {
    name: "RangeError",
    message: /recomputes and is given decisions/,
  });
});
