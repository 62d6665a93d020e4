import assert from "node:assert/strict";
import { join } from "node:path";
import { withLock } from "../../../src/backends/library/folder_lock.ts";
import { MadeMachine } from "./support.ts";

Deno.test("withLock() lets the second wait, and tells it for whom, when two ask at once", async () => {
  const path = await Deno.makeTempFile();
  const events: string[] = [];
  const held = Promise.withResolvers<void>();
  const first = withLock(path, async () => {
    await held.promise;
    events.push("first");
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const onWait = (holder: string) => {
    events.push(`waiting for ${holder}`);
    held.resolve();
  };
  await withLock(path, () => Promise.resolve(events.push("second")), { onWait });
  await first;
  assert.deepEqual(events, [`waiting for process ${Deno.pid}`, "first", "second"]);
  await Deno.remove(path);
});

Deno.test("withLock() gives the lock back when the body throws", async () => {
  const path = await Deno.makeTempFile();
  await assert.rejects(withLock(path, () => Promise.reject(new RangeError("no"))), RangeError);
  assert.equal(await withLock(path, () => Promise.resolve(7), { onWait: () => assert.fail("waited") }), 7);
  await Deno.remove(path);
});

Deno.test("withLock() does not wait when the holder was killed", async () => {
  await using machine = await MadeMachine.create();
  const path = join(machine.folder, "lock");
  const child = machine.start(
    `import { withLock } from "./src/backends/library/folder_lock.ts";
     await withLock(${
      JSON.stringify(path)
    }, () => { console.log("held"); return new Promise(() => setTimeout(() => {}, 60000)); });`,
  );
  const reader = child.stdout.getReader();
  await reader.read();
  let waitedFor = "";
  const waiting = withLock(path, () => Promise.resolve("got"), { onWait: (holder) => waitedFor = holder });
  while (waitedFor === "") await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill("SIGKILL");
  assert.equal(await waiting, "got");
  assert.equal(waitedFor, `process ${child.pid}`);
  assert.equal(
    await withLock(path, () => Promise.resolve("again"), { onWait: () => assert.fail("waited") }),
    "again",
  );
  await Promise.all([child.status, reader.cancel(), child.stderr.cancel()]);
});
