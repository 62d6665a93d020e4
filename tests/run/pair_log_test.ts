import assert from "node:assert/strict";
import { PairLog } from "../../src/run/pair_log.ts";
import { chooseLabeled } from "../../src/data/choose_labeled.ts";
import type { LoadedBatch } from "../../src/data/loader/batch.ts";
import { openSynthetic } from "../../src/data/synthetic/synthetic.ts";
import type { StepResult } from "../../src/method/guided_mix_step.ts";
import type { Pairs } from "../../src/method/pairing.ts";

const DATASET = await chooseLabeled(openSynthetic({ train: 6, val: 0, test: 0, size: 32 }), {
  fraction: "2",
  seed: 0,
});
const labeledIds = DATASET.train.map(({ id }) => id);
const unlabeledIds = DATASET.unlabeled.map(({ id }) => id);

function add(log: PairLog, pairs: Pairs | undefined, mixCoefficient = 0.25): void {
  const batch = { labeledIds, unlabeledIds } as Pick<LoadedBatch, "labeledIds" | "unlabeledIds">;
  log.add({ pairs, mixCoefficient } as StepResult, batch as LoadedBatch);
}

Deno.test("PairLog gives the pairs with names, λ, distance and whole pictures", async () => {
  const log = new PairLog(4);
  add(log, { labeled: [1, 0], unlabeled: [0, 2], distances: [1.5, 2.5] });
  const records = await log.records(DATASET);
  assert.deepEqual(
    records.map((
      { labeledName, unlabeledName, distance, mixCoefficient },
    ) => [labeledName, unlabeledName, distance, mixCoefficient]),
    [[labeledIds[1], unlabeledIds[0], 1.5, 0.25], [labeledIds[0], unlabeledIds[2], 2.5, 0.25]],
  );
  assert.deepEqual([records[0]!.labeled.width, records[0]!.unlabeled.height], [32, 32]);
});

Deno.test("PairLog keeps the newest pairs, one an unlabeled image, and takes pairs without distances", async () => {
  const log = new PairLog(2);
  add(log, { labeled: [0, 0, 1], unlabeled: [0, 1, 2], distances: [3, 4, 5] });
  add(log, { labeled: [1], unlabeled: [1] }, 0.125);
  add(log, undefined);
  const records = await log.records(DATASET);
  assert.deepEqual(
    records.map(({ unlabeledName, distance, mixCoefficient }) => [unlabeledName, distance, mixCoefficient]),
    [[unlabeledIds[2], 5, 0.25], [unlabeledIds[1], undefined, 0.125]],
  );
});
