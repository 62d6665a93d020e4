import assert from "node:assert/strict";
import { fittingThreads } from "../../src/run/fitting_threads.ts";
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
