import assert from "node:assert/strict";
import type { EfficientNetLiteOptions } from "../../../../src/config/model_options.ts";
import { encoderChannels } from "../../../../src/model/encoder.ts";
import { planLite, roundChannels } from "../../../../src/model/encoders/efficientnet_lite/plan_lite.ts";

const LITE0: EfficientNetLiteOptions = { family: "efficientnet-lite", variant: "lite0", outputStride: 32 };

Deno.test("planLite() of Lite0 has 16 blocks in seven stages and 320 channels at the end", () => {
  const stages = planLite(LITE0);
  assert.deepEqual(stages.map(({ length }) => length), [1, 2, 2, 3, 3, 4, 1]);
  assert.deepEqual(stages.map((stage) => stage.at(-1)!.outputs), [16, 24, 40, 80, 112, 192, 320]);
  assert.deepEqual(stages.map(([first]) => first!.stride), [1, 2, 2, 2, 1, 2, 1]);
  assert.equal(encoderChannels(LITE0), 320);
});

Deno.test("planLite() repeats the middle stages of Lite1 and Lite2 more often, and widens Lite2", () => {
  const counts = (variant: "lite1" | "lite2") => planLite({ ...LITE0, variant }).map(({ length }) => length);
  assert.deepEqual(counts("lite1"), [1, 3, 3, 4, 4, 5, 1]);
  assert.deepEqual(counts("lite2"), [1, 3, 3, 4, 4, 5, 1]);
  assert.equal(encoderChannels({ ...LITE0, variant: "lite2" as const }), 352);
});

Deno.test("planLite() trades strides beyond the output stride for dilations, one block late", () => {
  for (
    const [outputStride, strides, dilations] of [
      [16, [1, 2, 2, 2, 1, 1, 1], [[1], [1, 2, 2, 2], [2]]],
      [8, [1, 2, 2, 1, 1, 1, 1], [[2, 2, 2], [2, 4, 4, 4], [4]]],
    ] as const
  ) {
    const stages = planLite({ ...LITE0, outputStride });
    assert.deepEqual(stages.map(([first]) => first!.stride), strides);
    const found = stages.map((stage) => stage.map(({ dilation }) => dilation));
    assert.deepEqual(found.slice(5), dilations.slice(1));
    assert.equal(found[4]!.at(-1), dilations[0].at(-1));
  }
});

Deno.test("planLite() adds no input to a stage's first block", () => {
  for (const stage of planLite({ ...LITE0, width: 0.125 })) {
    assert.deepEqual(stage.map(({ residual }) => residual), stage.map((_, i) => i > 0));
  }
});

Deno.test("roundChannels() gives multiples of 8 that are no more than a tenth below", () => {
  assert.deepEqual([24, 40, 80, 112].map((channels) => roundChannels(channels, 1.1)), [24, 48, 88, 120]);
  assert.equal(roundChannels(24, 0.125), 8);
  assert.equal(roundChannels(40, 0.25), 16);
});

Deno.test("planLite() refuses options that name no such encoder", () => {
  assert.throws(() => planLite({ ...LITE0, outputStride: 4 as 8 }), {
    name: "RangeError",
    message: /output stride 4, 7 stages, width 1, expected variant lite0, lite1, lite2/,
  });
  assert.throws(() => planLite({ ...LITE0, width: 2 }), /width 2/);
});
