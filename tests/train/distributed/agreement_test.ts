import assert from "node:assert/strict";
import { ConfigError } from "../../../src/core/errors.ts";
import { ownShare, runFacts } from "../../../src/train/distributed/agreement.ts";
import { numericTest } from "../../numeric.ts";
import { tinyConfig, tinyNetwork } from "../tiny_run.ts";

Deno.test("ownShare() divides a batch, and refuses one that does not divide", () => {
  assert.equal(ownShare(6, 3, "batch.labeled"), 2);
  assert.throws(
    () => ownShare(4, 3, "batch.labeled"),
    (error) =>
      error instanceof ConfigError &&
      /batch.labeled is 4 for 3 workers, expected a multiple, for example 6/.test(error.message),
  );
});

numericTest(
  "runFacts() are others where a worker computes otherwise, and the same on another backend",
  async () => {
    const network = tinyNetwork();
    const dataset = { train: [], unlabeled: [], val: [] };
    const of = async (changes: Parameters<typeof tinyConfig>[1]) =>
      (await runFacts(tinyConfig(3, changes), dataset, network, 0)).configuration;
    const [plain, elsewhere, half] = [
      await of({}),
      await of({ backend: "tensorflow" }),
      await of({ precision: "bfloat16" }),
    ];
    network.dispose();
    assert.equal(elsewhere, plain);
    assert.notEqual(half, plain);
  },
  ["wasm"],
);
