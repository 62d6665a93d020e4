import assert from "node:assert/strict";
import { labeledText } from "../../src/suggest/labeled_text.ts";

Deno.test("labeledText() tells what labeled photos are for, so that counts add up", () => {
  const counts = { train: 11, val: 3, test: 0 };
  const all = "14 photos are labeled: 11 for training, 3 for val";
  assert.equal(labeledText(counts, 14), `${all}; they are left out`);
  assert.equal(labeledText(counts, 0), all);
  assert.equal(labeledText(counts, 5), `${all}; 5 of the named photos are labeled and left out`);
});

Deno.test("labeledText() without a dataset tells of the named photos alone", () => {
  assert.equal(labeledText(undefined, 2), "2 of the named photos are labeled and left out");
  assert.equal(labeledText(undefined, 0), undefined);
});
