import assert from "node:assert/strict";
import fc from "fast-check";
import { sampleOrder } from "../../../src/data/loader/sample_order.ts";

Deno.test("sampleOrder() gives every index once an epoch, in another order each epoch", () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 30 }), fc.nat(5), (seed, length, epoch) => {
    const order = sampleOrder(seed, "labeled", length);
    const drawn = Array.from({ length }, (_, i) => order(epoch * length + i));
    assert.deepEqual(drawn.sort((a, b) => a - b), [...Array(length).keys()]);
  }));
  const order = sampleOrder(1, "labeled", 20);
  const epoch = (number: number) => Array.from({ length: 20 }, (_, i) => order(number * 20 + i));
  assert.notDeepEqual(epoch(0), epoch(1));
});

Deno.test("sampleOrder() answers a position alike in any order of questions", () => {
  const [forward, backward] = [sampleOrder(2, "labeled", 7), sampleOrder(2, "labeled", 7)];
  const up = Array.from({ length: 40 }, (_, i) => forward(i));
  const down = Array.from({ length: 40 }, (_, i) => backward(39 - i)).reverse();
  assert.deepEqual(up, down);
});

Deno.test("sampleOrder() depends on seed and purpose", () => {
  const orders = [[1, "labeled"], [2, "labeled"], [1, "unlabeled"]] as const;
  const drawn = orders.map(([seed, purpose]) => {
    const order = sampleOrder(seed, purpose, 50);
    return Array.from({ length: 50 }, (_, i) => order(i)).join();
  });
  assert.equal(new Set(drawn).size, 3);
});
