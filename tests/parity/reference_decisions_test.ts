import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { maxPool } from "../../src/nn/max_pool.ts";
import { relu, relu6 } from "../../src/nn/relu.ts";
import type { Tape, Value } from "../../src/nn/tape.ts";
import type { EdgeFindings } from "../../src/parity/edge_findings.ts";
import type { EdgeInput } from "../../src/parity/edge_input.ts";
import { ReferenceDecisions } from "../../src/parity/reference_decisions.ts";
import { differentiate, numericTest } from "../numeric.ts";

const RECTIFIER = "mitrans.convs.0.activate";

function edge(index: number, value: number, rest: Partial<EdgeInput> = {}): EdgeInput {
  return { module: RECTIFIER, call: 0, index, value, ...rest };
}

/** Gradients of an op for cotangents of any size, as 1 where one passes, and what was found. */
async function decided(
  x: tf.Tensor,
  listed: readonly EdgeInput[],
  op: (tape: Tape, x: Value) => Value,
  step = 1,
): Promise<{ passes: number[]; found: EdgeFindings }> {
  const decisions = new ReferenceDecisions(step, listed);
  const { gradients } = differentiate([x], (tape, [v]) => op(tape, v!), { decisions });
  const found = await decisions.findings();
  decisions.dispose();
  return { passes: [...gradients[0]!].map((value) => (value === 0 ? 0 : 1)), found };
}

const rectify = (tape: Tape, x: Value) => relu(tape, x, "mitrans.convs.0");

/** `[1, 2, 1, 3]`, whose rows in `[N, C, H, W]` are 2, -1e-6 | 0, 1e-6 | 3e-9, -1. */
const inputs = () => tf.tensor4d([2, 0, 3e-9, -1e-6, 1e-6, -1], [1, 2, 1, 3]);

/** All that must be listed of it, as the reference has them. */
const LISTED = [edge(1, -1e-6), edge(2, 0), edge(3, 1e-6), edge(4, 3e-9)];

numericTest("ReferenceDecisions change nothing where the reference decides as here", async () => {
  const x = inputs();
  const { passes, found } = await decided(x, LISTED, rectify);
  assert.deepEqual(passes, [1, 0, 1, 0, 1, 0]);
  assert.deepEqual(found, { listed: 4, taken: [], complaints: [] });
  x.dispose();
});

numericTest(
  "ReferenceDecisions are taken over at the listed places, channels second there, last here",
  async () => {
    const x = inputs();
    const { passes, found } = await decided(x, [
      edge(1, 2e-9),
      edge(2, 0),
      edge(3, 1e-6),
      edge(4, -3e-9),
    ], rectify);
    assert.deepEqual(passes, [1, 0, 0, 1, 1, 0]);
    assert.deepEqual(found.complaints, []);
    assert.deepEqual(found.taken.map(({ index, reference }) => [index, reference]), [
      [[0, 0, 1, 0], 2e-9],
      [[0, 2, 0, 0], -3e-9],
    ]);
    x.dispose();
  },
);

numericTest("ReferenceDecisions are taken over at both bounds of ReLU6", async () => {
  // rows in [N, C, H, W]: 2, 6.000001 | 0, 5.999999 | 3e-7, 9
  const x = tf.tensor4d([2, 0, 3e-7, 6.000001, 5.999999, 9], [1, 2, 1, 3]);
  const above = 6 + 1e-6;
  const op = (tape: Tape, v: Value) => relu6(tape, v, "mitrans.convs.0");
  const same = [edge(1, above), edge(2, 0), edge(3, 6 - 1e-6), edge(4, 3e-7)];
  const here = await decided(x, same, op);
  assert.deepEqual(here.passes, [1, 0, 1, 0, 1, 0]);
  assert.deepEqual(here.found, { listed: 4, taken: [], complaints: [] });
  const there = await decided(x, [edge(1, 6 - 1e-6), edge(2, 1e-7), edge(3, 6), edge(4, -1e-7)], op);
  assert.deepEqual(there.passes, [1, 1, 0, 1, 0, 0]);
  assert.deepEqual([there.found.taken.length, there.found.complaints], [4, []]);
  x.dispose();
});

numericTest("ReferenceDecisions are not taken of a ReLU6 whose input lies far from both bounds", async () => {
  const x = tf.tensor4d([2, 4], [1, 1, 1, 2]);
  const op = (tape: Tape, v: Value) => relu6(tape, v, "mitrans.convs.0");
  const { passes, found } = await decided(x, [edge(1, 6.5)], op);
  assert.deepEqual(passes, [1, 1]);
  assert.match(found.complaints[0]!, /is 2 here and -0\.5 there/);
  x.dispose();
});

numericTest("ReferenceDecisions are not taken where ours is not at the edge, which is said", async () => {
  const x = inputs();
  const planted: [EdgeInput, RegExp][] = [
    [
      edge(5, 1e-9),
      /input \[0, 2, 1, 0\] of "mitrans.*" \(call 0\) is -1 here and 1e-9 there, expected at most/,
    ],
    [edge(0, -1), /input \[0, 0, 0, 0\] of .* is 2 here and -1 there/],
    [edge(6, 1e-9), /1 of those listed for .* are not there, expected places inside of \[1, 3, 2, 1\]/],
    [edge(0, 1e-9, { call: 1 }), /"mitrans.convs.0.activate" \(call 1\) did not run here/],
    [edge(0, 1e-9, { module: "backbone.relu" }), /"backbone.relu" \(call 0\) did not run here/],
  ];
  for (const [wrong, message] of planted) {
    const { passes, found } = await decided(x, [...LISTED, wrong], rectify);
    assert.deepEqual(passes, [1, 0, 1, 0, 1, 0], `${message}`);
    assert.equal(found.complaints.length, 1, `${message}`);
    assert.match(found.complaints[0]!, message);
    assert.deepEqual(found.taken, []);
  }
  x.dispose();
});

numericTest("ReferenceDecisions miss most of what is near 0 in the first step", async () => {
  const x = inputs();
  const { found } = await decided(x, LISTED.slice(3), rectify);
  assert.match(
    found.complaints.join(),
    /of the 4 rectifier inputs within 0\.00001 of .* 1 are listed, expected most/,
  );
  const most = await decided(x, LISTED.slice(1), rectify);
  assert.deepEqual(most.found.complaints, [], "a few may be at the limit of the list");
  const later = await decided(x, LISTED.slice(3), rectify, 2);
  assert.deepEqual(later.found.complaints, [], "later steps differ by more than rounding");
  x.dispose();
});

numericTest(
  "ReferenceDecisions are taken further from the edge in later steps, where parameters differ",
  async () => {
    // 2e-4, 2e-3 and 0.02 of the largest
    for (const [value, steps] of [[4e-4, [1, 2, 3]], [4e-3, [2, 3]], [0.04, []]] as const) {
      const x = tf.tensor4d([2, value], [1, 1, 1, 2]);
      for (const step of [1, 2, 3]) {
        const { passes, found } = await decided(x, [edge(1, -1e-6)], rectify, step);
        const taken = (steps as readonly number[]).includes(step);
        assert.deepEqual([passes, found.taken.length, found.complaints.length], [
          [1, taken ? 0 : 1],
          +taken,
          +!taken,
        ]);
      }
      x.dispose();
    }
  },
);

numericTest("ReferenceDecisions choose for a max pool among inputs that are nearly equal", async () => {
  // channels 0 and 1: 1, 1 + 1e-6, 0, 0 and 5, 1, 1, 1
  const x = tf.tensor4d([1, 5, 1.000001, 1, 0, 1, 0, 1], [1, 2, 2, 2]);
  const pool = (tape: Tape, v: Value) => maxPool(tape, v, 2, 2, 0, "backbone.maxpool");
  const chosen = (window: number, index: number): EdgeInput => ({
    module: "backbone.maxpool",
    call: 0,
    window,
    index,
  });
  const { passes, found } = await decided(x, [chosen(0, 0)], pool);
  assert.deepEqual(passes, [1, 1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([found.taken.length, found.complaints], [1, []]);
  assert.ok(Math.abs(found.taken[0]!.actual - 1e-6) < 1e-7);
  const same = await decided(x, [chosen(0, 1)], pool);
  assert.deepEqual([same.passes, same.found.taken], [[0, 1, 1, 0, 0, 0, 0, 0], []]);
  const far = await decided(x, [chosen(1, 5)], pool);
  assert.deepEqual([far.passes, far.found.taken], [[0, 1, 1, 0, 0, 0, 0, 0], []]);
  assert.match(
    far.found.complaints.join(),
    /input \[0, 1, 0, 1\] .* is chosen there and 4 below its window's largest/,
  );
  const above = await decided(x, [chosen(0, 4)], pool);
  assert.deepEqual([above.passes, above.found.taken], [[0, 1, 1, 0, 0, 0, 0, 0], []]);
  assert.match(above.found.complaints.join(), /is chosen there and -3\.99\d+ below/);
  const none = await decided(x, [chosen(2, 5)], pool);
  assert.match(none.found.complaints.join(), /1 of those listed .* are not there/);
  x.dispose();
});
