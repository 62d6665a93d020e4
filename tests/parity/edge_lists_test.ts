import assert from "node:assert/strict";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { listsEdges, readEdges, rectifierPath } from "../../src/parity/edge_lists.ts";
import { Ledger } from "../../src/parity/ledger.ts";
import type { Info } from "../../src/parity/reference_folder.ts";

function table(columns: number, ...numbers: number[]): StoredTensor {
  const data = BigInt64Array.from(numbers, BigInt);
  return { dtype: "int64", shape: [numbers.length / columns, columns], data };
}

function values(...numbers: number[]): StoredTensor {
  return { dtype: "float32", shape: [numbers.length], data: Float32Array.from(numbers) };
}

const INFO = { rectifiers: ["backbone.relu", "mitrans.convs.0.activate"], max_pools: ["backbone.maxpool"] };

const LISTS = {
  "step1/edges/rectifiers": table(3, 1, 0, 42, 0, 2, 7),
  "step1/edges/rectifier_inputs": values(-1, 0.5),
  "step1/edges/max_pools": table(4, 0, 1, 5, 17),
};

function ledgerOf(lists: Record<string, StoredTensor>, info: Info = INFO): Ledger {
  return new Ledger({ name: "train-x", info, tensors: new Map(Object.entries(lists)), unlisted: [] });
}

Deno.test("readEdges() names module, call and places, and marks the lists as taken over", () => {
  const ledger = ledgerOf(LISTS);
  assert.deepEqual(readEdges(ledger, 1), [
    { module: "mitrans.convs.0.activate", call: 0, index: 42, value: -1 },
    { module: "backbone.relu", call: 2, index: 7, value: 0.5 },
    { module: "backbone.maxpool", call: 1, window: 5, index: 17 },
  ]);
  assert.deepEqual([...ledger.fates().values()].map(({ as }) => as), ["taken", "taken", "taken"]);
});

Deno.test("readEdges() takes empty lists", () => {
  const none = { "step1/edges/rectifiers": table(3), "step1/edges/max_pools": table(4) };
  assert.deepEqual(readEdges(ledgerOf({ ...none, "step1/edges/rectifier_inputs": values() }), 1), []);
});

Deno.test("readEdges() refuses lists that are missing, of another form or of no module", () => {
  const wrong: [Record<string, StoredTensor>, Info, RegExp][] = [
    [LISTS, {}, /step1\/edges\/rectifiers names number 1, expected a name in the info's "rectifiers"/],
    [{ ...LISTS, "step1/edges/max_pools": table(4, 3, 0, 0, 0) }, INFO, /max_pools names number 3/],
    [
      { ...LISTS, "step1/edges/max_pools": table(3, 0, 0, 0) },
      INFO,
      /max_pools is \[1,3\], expected \[n, 4\]/,
    ],
    [{ ...LISTS, "step1/edges/rectifiers": table(3, 0, 2, 7, 0, 2, 7) }, INFO, /call 2, place 7 twice/],
    [{ ...LISTS, "step1/edges/rectifier_inputs": values(1) }, INFO, /has 1 values, expected 2/],
  ];
  for (const [lists, info, message] of wrong) {
    assert.throws(() => readEdges(ledgerOf(lists, info), 1), { name: "FormatError", message });
  }
  assert.throws(() => readEdges(ledgerOf(LISTS), 2), /tensor "step2\/edges\/rectifiers" is missing/);
});

Deno.test("listsEdges() tells folders with lists from older ones", () => {
  assert.equal(listsEdges(ledgerOf(LISTS).file), true);
  assert.equal(listsEdges(ledgerOf({ "step1/lam": values(0.3) }).file), false);
});

Deno.test("rectifierPath() gives the module path in the official model", () => {
  const paths = {
    "backbone.bn1": "backbone.relu",
    "backbone.stem.7": "backbone.stem.8",
    "backbone.layer3.5.bn2": "backbone.layer3.5.relu",
    "backbone.layer3.5": "backbone.layer3.5.relu",
    "decode_head.image_pool.1.bn": "decode_head.image_pool.1.activate",
    "decode_head_mix.bottleneck.bn": "decode_head_mix.bottleneck.activate",
    "mitrans.convs.0": "mitrans.convs.0.activate",
  };
  for (const [ours, theirs] of Object.entries(paths)) assert.equal(rectifierPath(ours), theirs);
});
