import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../../src/backends/native.ts";
import { RECIPES } from "../../src/config/recipe.ts";
import { Network } from "../../src/model/network.ts";
import { Sgd } from "../../src/train/sgd.ts";
import { chooseEngine, StepEngine } from "../../src/train/step_engine.ts";
import { assertClose, numericTest, take } from "../numeric.ts";
import { CONTEXT, SMALL, smallBatch } from "../method/small_step.ts";

const PLAIN = { engine: "auto", recompute: "none", workers: 1 } as const;

numericTest("chooseEngine() takes functions where steps can be recorded, and says why where not", () => {
  assert.equal(chooseEngine(PLAIN).name, "function");
  assert.deepEqual(chooseEngine({ ...PLAIN, engine: "eager" }), { name: "eager", why: "asked for" });
  assert.match(chooseEngine({ ...PLAIN, workers: 2 }).why, /several workers/);
  assert.match(chooseEngine({ ...PLAIN, recompute: "encoder" }).why, /computed again/);
}, ["tensorflow"]);

numericTest("chooseEngine() is eager on other backends, and refuses functions there by name", () => {
  assert.deepEqual(chooseEngine(PLAIN), { name: "eager", why: "the backend is not tensorflow" });
  assert.throws(() => chooseEngine({ ...PLAIN, engine: "function" }), {
    name: "ConfigError",
    message: /^Cannot run steps by engine "function": the backend is not tensorflow, expected one process/,
  });
}, ["wasm"]);

numericTest("StepEngine goes on op by op where an op cannot be recorded, and tells which", async () => {
  const [network, sgd, batch] = [new Network(SMALL, 7), new Sgd(), smallBatch()];
  const told: string[] = [];
  const config = {
    engine: "auto",
    recompute: "none",
    recipe: RECIPES.official,
    precision: "float32",
  } as const;
  const engine = new StepEngine({ network, config, workers: 1, onFallback: (why) => told.push(why) });
  const { binding } = nativeBackend()!;
  const record = binding.recordFunction;
  binding.recordFunction = (accepts) =>
    record.call(
      binding,
      accepts,
      () => ({ ids: binding.executeOp("NoSuchOp", [], [], 1).map(({ id }) => id), release() {} }),
    );
  try {
    const { losses } = await engine.step(batch, CONTEXT, { sgd, learningRate: 0.01 });
    assert.ok(Number.isFinite(losses.total));
  } finally {
    binding.recordFunction = record;
  }
  assert.equal(engine.name, "eager");
  assert.deepEqual(told.length, 1);
  assert.match(told[0]!, /NoSuchOp/);
  engine.dispose();
  network.dispose();
  sgd.dispose();
  tf.dispose([batch.labeled, batch.labels, batch.unlabeled]);
}, ["tensorflow"]);

numericTest(
  "Network.logits() between recorded steps reads the parameters where the steps keep them",
  async () => {
    const [network, sgd, batch] = [new Network(SMALL, 7), new Sgd(), smallBatch()];
    const config = {
      engine: "function",
      recompute: "none",
      recipe: RECIPES.official,
      precision: "float32",
    } as const;
    const engine = new StepEngine({ network, config, workers: 1 });
    const { binding } = nativeBackend()!;
    const opsOf = (f: () => tf.Tensor) => {
      let ops = 0;
      binding.onOp = () => ops++;
      const values = take(f());
      binding.onOp = undefined;
      return { ops, values };
    };
    const logits = () => network.logits(batch.labeled);
    const opByOp = () => {
      network.recordInference(false);
      const values = take(logits());
      network.recordInference(true);
      return values;
    };
    for (let iteration = 0; iteration < 2; iteration++) {
      await engine.step(batch, { ...CONTEXT, iteration }, { sgd, learningRate: 0.01 });
      const expected = opByOp();
      for (let use = 0; use < 2; use++) assertClose(take(logits()), expected, { ofMaximum: 1e-5 });
      await engine.step(batch, { ...CONTEXT, iteration }, { sgd, learningRate: 0.01 });
      const { ops, values } = opsOf(logits);
      assert.equal(ops, 1, "no parameter is read by an op of its own");
      assertClose(values, opByOp(), { ofMaximum: 1e-5 });
    }
    take(logits());
    take(logits());
    engine.dispose();
    const after = take(logits());
    assertClose(after, opByOp(), { ofMaximum: 1e-5 });
    network.dispose();
    sgd.dispose();
    tf.dispose([batch.labeled, batch.labels, batch.unlabeled]);
  },
  ["tensorflow"],
);
