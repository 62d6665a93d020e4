import assert from "node:assert/strict";
import { firstAndMore } from "../../src/core/first_and_more.ts";

Deno.test("firstAndMore() joins texts, and counts those after the first ones", () => {
  assert.equal(firstAndMore([], 2), "");
  assert.equal(firstAndMore(["a", "b"], 2), "a, b");
  assert.equal(firstAndMore(["a", "b", "c"], 2), "a, b and 1 more");
  assert.equal(firstAndMore(["a", "b"], 2, String, "; "), "a; b");
  assert.equal(firstAndMore(["a", "b", "c", "d"], 2, String, "; "), "a; b; and 2 more");
});

Deno.test("firstAndMore() makes no text of what it does not show", () => {
  const asked: number[] = [];
  const text = firstAndMore([1, 2, 3, 4], 2, (item) => `<${asked.push(item)}>`);
  assert.equal(text, "<1>, <2> and 2 more");
  assert.deepEqual(asked, [1, 2]);
});
