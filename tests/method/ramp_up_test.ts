import assert from "node:assert/strict";
import fc from "fast-check";
import { rampUp } from "../../src/method/ramp_up.ts";

Deno.test("rampUp() goes from exp(−5), nearly 0, to 1", () => {
  assert.equal(rampUp(0, 100), Math.exp(-5));
  assert.equal(rampUp(50, 100), Math.exp(-1.25));
  assert.equal(rampUp(100, 100), 1);
  assert.equal(rampUp(5000, 100), 1);
});

Deno.test("rampUp() of no length is 1 from the start", () => {
  assert.equal(rampUp(0, 0), 1);
});

Deno.test("rampUp() never falls and stays between 0 and 1", () => {
  const iteration = fc.integer({ min: 0, max: 3000 });
  fc.assert(fc.property(iteration, iteration, fc.integer({ min: 0, max: 2000 }), (i, j, length) => {
    const [early, late] = [Math.min(i, j), Math.max(i, j)].map((at) => rampUp(at, length));
    assert.ok(early! > 0 && early! <= late! && late! <= 1);
  }));
});
