import assert from "node:assert/strict";
import { benchCase } from "../../src/cli/bench/bench_case.ts";
import { featureSize, stepFlops } from "../../src/run/step_flops.ts";

Deno.test("featureSize() is an eighth of the crop, rounded up at each halving", () => {
  const sizes = [65, 129, 256, 257].map((crop) => featureSize(benchCase("r50-129", { crop })));
  assert.deepEqual(sizes, [9, 17, 32, 33]);
});

Deno.test("stepFlops() grows with the batch and counts less without the padding's zeros", () => {
  const [two, four] = [2, 4].map((batch) => stepFlops(benchCase("r50-129", { batch })));
  assert.equal(four!.dense, 2 * two!.dense);
  assert.ok(Math.abs(four!.needed / two!.needed - 2) < 1e-12);
  assert.ok(two!.needed < two!.dense);
});

Deno.test("stepFlops() counts the taps of dilation 36 on a map of 17 as its middle one", () => {
  const only = (dilation: number) => {
    const one = benchCase("r50-129");
    const decoder = { ...one.model.decoder, dilations: [1, dilation] };
    return stepFlops({ ...one, model: { ...one.model, decoder } });
  };
  const [middle, dense] = [only(36), only(24)];
  assert.equal(middle.needed, dense.needed);
  // eight of nine taps of 3×3 2048→512 over 4 maps of 17×17, in three directions
  const outside = 3 * 2 * 4 * 17 ** 2 * 8 * 2048 * 512;
  assert.equal(middle.dense, dense.dense);
  assert.ok(middle.dense - middle.needed >= outside);
});

Deno.test("stepFlops() adds MITrans where there is one, more of it where it is wider", () => {
  const [without, narrow, wide] = [undefined, "64", "256"].map((mitrans) =>
    stepFlops(benchCase("r50-129", { mitrans })).dense
  );
  // a narrow MITrans shrinks the mix decoder's input
  assert.ok(narrow! < wide! && wide! !== without!);
});
