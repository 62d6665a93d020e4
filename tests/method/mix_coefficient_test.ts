import assert from "node:assert/strict";
import fc from "fast-check";
import { numpyRandomState } from "../../src/core/random.ts";
import { drawMixCoefficient } from "../../src/method/mix_coefficient.ts";

function draws(seed: number, limit: number, count: number): number[] {
  const stream = numpyRandomState(seed);
  return Array.from({ length: count }, () => drawMixCoefficient(stream, limit).value);
}

Deno.test("drawMixCoefficient() repeats np.random.beta(1, 1), folded", () => {
  // np.random.seed(0): np.random.beta(1, 1) gives these
  const stream = numpyRandomState(0);
  const { value, draws: tried } = drawMixCoefficient(stream, 0.5);
  assert.equal(tried[0], 0.44912526447830964);
  assert.equal(value, Math.min(tried.at(-1)!, 1 - tried.at(-1)!));
});

Deno.test("drawMixCoefficient() stays below the limit and tells what it refused", () => {
  const limits = fc.double({ min: 0.01, max: 0.5, noNaN: true });
  fc.assert(fc.property(fc.nat(), limits, (seed, limit) => {
    const { value, draws } = drawMixCoefficient(numpyRandomState(seed), limit);
    assert.ok(value >= 0 && value < limit && value < 0.5);
    const folded = draws.map((draw) => Math.min(draw, 1 - draw));
    assert.equal(folded.at(-1), value);
    assert.ok(folded.slice(0, -1).every((draw) => draw >= limit));
  }));
});

Deno.test("drawMixCoefficient() is distributed as Beta(1, 1) folded and cut off: evenly over [0, limit)", () => {
  for (const limit of [0.5, 0.3, 0.1]) {
    const count = 4000;
    const sorted = draws(20260101, limit, count).sort((a, b) => a - b);
    // Kolmogorov and Smirnov: 1.63 / √n is exceeded once in a hundred
    const distance = Math.max(...sorted.map((value, i) => Math.abs(value / limit - (i + 0.5) / count)));
    assert.ok(distance < 1.63 / Math.sqrt(count), `limit ${limit}: distance ${distance}`);
  }
});

Deno.test("drawMixCoefficient() refuses a limit outside (0, 0.5]", () => {
  for (const limit of [0, -0.1, 0.51, 1, NaN]) {
    assert.throws(() => drawMixCoefficient(numpyRandomState(1), limit), {
      name: "RangeError",
      message: `Cannot draw a mix coefficient: limit is ${limit}, expected a number in (0, 0.5]`,
    });
  }
});
