import assert from "node:assert/strict";
import { sharedMachine } from "../../../src/cli/compare/shared_machine.ts";
import { testUnless } from "../../support.ts";

const reason = Deno.env.get("TF_NUM_INTRAOP_THREADS") === undefined
  ? undefined
  : "TF_NUM_INTRAOP_THREADS is set";

testUnless(
  reason,
  "sharedMachine() takes as many runs as cores, with one thread each, and no more than there are",
  () => {
    const { jobs, shareOf } = sharedMachine(12, undefined, { cores: 8, gpus: [] });
    assert.deepEqual([jobs, shareOf(7)], [8, { TF_NUM_INTRAOP_THREADS: "1" }]);
    const few = sharedMachine(3, undefined, { cores: 8, gpus: [] });
    assert.deepEqual([few.jobs, few.shareOf(0)], [3, { TF_NUM_INTRAOP_THREADS: "2" }]);
    assert.equal(few.text, "3 at a time with 2 threads each");
  },
);

testUnless(reason, "sharedMachine() leaves a run that is alone to itself", () => {
  const alone = sharedMachine(12, 1, { cores: 8, gpus: [] });
  assert.deepEqual([alone.jobs, alone.shareOf(0)], [1, {}]);
  assert.equal(sharedMachine(0, undefined, { cores: 8, gpus: [] }).jobs, 1);
});

testUnless(reason, "sharedMachine() gives each run a GPU of its own where there are several", () => {
  const { jobs, shareOf } = sharedMachine(12, undefined, { cores: 8, gpus: ["0", "3"] });
  assert.equal(jobs, 2);
  assert.deepEqual([0, 1].map((place) => shareOf(place).CUDA_VISIBLE_DEVICES), ["0", "3"]);
});
