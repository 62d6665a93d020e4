import assert from "node:assert/strict";
import { SignalCount, type SignalMeaning } from "../../src/cli/signal_count.ts";
import { pause } from "../faults/started_command.ts";
import { testUnless } from "../support.ts";

Deno.test("SignalCount takes what comes within a second for the same wish", async () => {
  const count = new SignalCount();
  assert.equal(count.next(), "first");
  assert.equal(count.next(), "same");
  await pause(500);
  assert.equal(count.next(), "same");
  await pause(700);
  assert.equal(count.next(), "second");
  count.close();
});

Deno.test("SignalCount leaves no timer when it is closed before the second is over", () => {
  const count = new SignalCount();
  count.next();
  count.close();
});

/** Keeps this process from its turns, as a long training step does. */
function work(ms: number): void {
  for (const since = performance.now(); performance.now() - since < ms;);
}

const windows = Deno.build.os === "windows" ? "Windows has no SIGUSR2" : undefined;

testUnless(windows, "SignalCount takes a signal for the same wish that waited for a long step", async () => {
  const count = new SignalCount();
  const meanings: SignalMeaning[] = [];
  const listener = () => void meanings.push(count.next());
  Deno.addSignalListener("SIGUSR2", listener);
  try {
    Deno.kill(Deno.pid, "SIGUSR2");
    while (meanings.length === 0) await pause(1);
    Deno.kill(Deno.pid, "SIGUSR2");
    work(1500);
    while (meanings.length === 1) await pause(1);
    assert.deepEqual(meanings, ["first", "same"]);
  } finally {
    Deno.removeSignalListener("SIGUSR2", listener);
    count.close();
  }
});
