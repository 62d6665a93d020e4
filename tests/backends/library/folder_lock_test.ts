import assert from "node:assert/strict";
import { join } from "node:path";
import { HeldLock, holdLock, withLock } from "../../../src/backends/library/folder_lock.ts";
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
    `import { HeldLock, holdLock, withLock } from "./src/backends/library/folder_lock.ts";
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

Deno.test("holdLock() does not wait: it tells who holds the lock, until that is released", async () => {
  const path = await Deno.makeTempFile();
  const first = await holdLock(path);
  assert.ok(first instanceof HeldLock);
  assert.deepEqual(await holdLock(path), { holder: `process ${Deno.pid}` });
  first.release();
  const second = await holdLock(path);
  assert.ok(second instanceof HeldLock);
  second.release();
  await Deno.remove(path);
});

Deno.test("HeldLock.isInPlace() is false when the file was removed, or another stands in its place", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "lock");
  const lock = await holdLock(path);
  assert.ok(lock instanceof HeldLock);
  assert.equal(await lock.isInPlace(), true);
  await Deno.rename(path, join(folder, "elsewhere"));
  assert.equal(await lock.isInPlace(), false);
  await Deno.writeTextFile(path, "");
  assert.equal(await lock.isInPlace(), false);
  lock.release();
  await Deno.remove(folder, { recursive: true });
});
