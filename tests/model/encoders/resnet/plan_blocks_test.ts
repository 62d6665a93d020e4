import assert from "node:assert/strict";
import type { ResnetOptions } from "../../../../src/config/model_options.ts";
import { encoderChannels } from "../../../../src/model/encoder.ts";
import { planBlocks } from "../../../../src/model/encoders/resnet/plan_blocks.ts";

const R50: ResnetOptions = {
  depth: 50,
  stem: "v1c",
  stemChannels: 64,
  baseChannels: 64,
  outputStride: 8,
  contractDilation: true,
};

function dilations(options: ResnetOptions): number[][] {
  return planBlocks(options).map((stage) => stage.map(({ dilation }) => dilation));
}

Deno.test("planBlocks() of ResNet-50 has 16 blocks, 2048 channels and a stride of 2 behind the stem's 4", () => {
  const stages = planBlocks(R50);
  assert.deepEqual(stages.map(({ length }) => length), [3, 4, 6, 3]);
  assert.deepEqual(stages.map((stage) => stage.at(-1)!.outputs), [256, 512, 1024, 2048]);
  assert.equal(stages.flat().reduce((product, { stride }) => product * stride, 1), 2);
  assert.equal(encoderChannels(R50), 2048);
  assert.equal(encoderChannels({ ...R50, depth: 18 }), 512);
});

Deno.test("planBlocks() gives the first block of a dilated stage half of its dilation when contracted", () => {
  assert.deepEqual(dilations(R50), [[1, 1, 1], [1, 1, 1, 1], [1, 2, 2, 2, 2, 2], [2, 4, 4]]);
  const plain = dilations({ ...R50, contractDilation: false });
  assert.deepEqual(plain.slice(2), [[2, 2, 2, 2, 2, 2], [4, 4, 4]]);
  assert.deepEqual(dilations({ ...R50, outputStride: 16 }).slice(2), [[1, 1, 1, 1, 1, 1], [1, 2, 2]]);
});

Deno.test("planBlocks() projects where shape changes only", () => {
  const projected = planBlocks(R50).map((stage) => stage.map(({ projection }) => projection));
  assert.ok(projected.every((stage) => stage[0] && stage.slice(1).every((one) => !one)));
  // the first stage of basic blocks keeps the stem's channels
  assert.equal(planBlocks({ ...R50, depth: 18 })[0]![0]!.projection, false);
});

Deno.test("planBlocks() stops after the stages that are asked for", () => {
  const short: ResnetOptions = { ...R50, stages: 3 };
  assert.deepEqual(planBlocks(short), planBlocks(R50).slice(0, 3));
  assert.equal(encoderChannels(short), 1024);
  assert.equal(encoderChannels({ ...short, depth: 18, stages: 2 }), 128);
});
