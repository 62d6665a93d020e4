import assert from "node:assert/strict";
import { IntervalMeter } from "../../src/train/interval_meter.ts";

Deno.test("IntervalMeter goes on with an interval from its text as if it had not been broken off", () => {
  const [whole, first] = [new IntervalMeter(), new IntervalMeter()];
  const losses = [0.1, 0.7, 1 / 3, 2.5].map((total) => ({ total, ce: total / 7 }));
  losses.forEach((one) => whole.step(one));
  first.waited(40);
  losses.slice(0, 2).forEach((one) => first.step(one));
  const second = new IntervalMeter(first.toText());
  losses.slice(2).forEach((one) => second.step(one));
  const interval = second.take();
  assert.deepEqual(interval.losses, whole.take().losses);
  assert.ok(interval.dataWaitShare > 0);
  assert.equal(second.toText(), undefined);
});

Deno.test("IntervalMeter takes the time before the break with it", () => {
  const text = JSON.stringify({ steps: 1, elapsedMs: 9_000, waitedMs: 4_500, sums: { total: 3 } });
  const meter = new IntervalMeter(text);
  meter.step({ total: 5 });
  const { losses, secondsPerIteration, dataWaitShare } = meter.take();
  assert.deepEqual(losses, { total: 4 });
  assert.ok(secondsPerIteration >= 4.5 && secondsPerIteration < 6, `${secondsPerIteration} s`);
  assert.ok(dataWaitShare > 0.4 && dataWaitShare <= 0.5, `${dataWaitShare}`);
});

Deno.test("IntervalMeter has no text before a step, and refuses what is none", () => {
  assert.equal(new IntervalMeter().toText(), undefined);
  for (const text of ["", "null", "{}", '{"steps":0,"elapsedMs":1,"waitedMs":0,"sums":{}}', "[1"]) {
    assert.throws(() => new IntervalMeter(text), {
      name: "CheckpointMismatch",
      message: /^Cannot go on with the checkpoint: its interval is ".*", expected steps, times and sums$/,
    });
  }
});
