import assert from "node:assert/strict";
import { StoppedWaiting, waitOrStop } from "../../src/train/wait_or_stop.ts";

const never = new Promise<never>(() => {});

Deno.test("waitOrStop() gives what was waited for, and its error", async () => {
  assert.equal(await waitOrStop(Promise.resolve(5), "for five", () => false), 5);
  await assert.rejects(waitOrStop(Promise.reject(new RangeError("no")), "for it", () => false), RangeError);
  assert.equal(await waitOrStop(Promise.resolve(6), "for six", undefined), 6);
});

Deno.test("waitOrStop() ends a wait without end when the run is asked to stop", async () => {
  let asked = false;
  setTimeout(() => asked = true, 50);
  await assert.rejects(
    waitOrStop(never, "for the next batch", () => asked),
    new StoppedWaiting("Cannot go on: the run was asked to stop while it waited for the next batch"),
  );
});
