import assert from "node:assert/strict";
import { fittingThreads, threadsWorth } from "../../src/run/fitting_threads.ts";
import { resolveConfig } from "../../src/config/resolve_config.ts";

const VARIABLE = "TF_NUM_INTRAOP_THREADS";

Deno.test("fittingThreads() is one for the demo, and the backend's choice for larger steps and where it is set", () => {
  const before = Deno.env.get(VARIABLE);
  const [demo, camvid] = [resolveConfig({}), resolveConfig({ preset: "camvid" })];
  try {
    Deno.env.delete(VARIABLE);
    assert.equal(fittingThreads([demo, demo]), 1);
    assert.equal(fittingThreads([camvid]), undefined);
    assert.equal(fittingThreads([demo, camvid]), undefined, "one process trains both");
    Deno.env.set(VARIABLE, "2");
    assert.equal(fittingThreads([demo]), undefined);
  } finally {
    if (before === undefined) Deno.env.delete(VARIABLE);
    else Deno.env.set(VARIABLE, before);
  }
});

Deno.test("threadsWorth() is one below 20 GFLOP, and leaves larger steps to the backend", () => {
  const asked = Deno.env.get("TF_NUM_INTRAOP_THREADS");
  Deno.env.delete("TF_NUM_INTRAOP_THREADS");
  try {
    assert.equal(threadsWorth(19e9), 1);
    assert.equal(threadsWorth(21e9), undefined);
    Deno.env.set("TF_NUM_INTRAOP_THREADS", "2");
    assert.equal(threadsWorth(19e9), undefined);
  } finally {
    if (asked === undefined) Deno.env.delete("TF_NUM_INTRAOP_THREADS");
    else Deno.env.set("TF_NUM_INTRAOP_THREADS", asked);
  }
});
