import assert from "node:assert/strict";
import { join } from "node:path";
import { newestRuns } from "../../src/run/newest_runs.ts";

Deno.test("newestRuns() lists runs in a folder and in its folders, newest first, and counts the others", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.deepEqual(await newestRuns(join(folder, "missing")), { shown: [], more: 0 });
    const names = ["first", join("demo", "supervised"), join("demo", "guidedmix"), "last"];
    for (const [i, name] of names.entries()) {
      await Deno.mkdir(join(folder, name), { recursive: true });
      const config = join(folder, name, "config.toml");
      await Deno.writeTextFile(config, "");
      await Deno.utime(config, i, i);
    }
    await Deno.mkdir(join(folder, "pictures"));
    const shown = ["last", join("demo", "guidedmix"), join("demo", "supervised")];
    assert.deepEqual(await newestRuns(folder), { shown: shown.map((name) => join(folder, name)), more: 1 });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
