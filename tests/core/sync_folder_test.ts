import assert from "node:assert/strict";
import { join } from "node:path";
import { syncFolder } from "../../src/core/sync_folder.ts";
import { testUnless } from "../support.ts";

const root = Deno.build.os === "windows" || Deno.uid() === 0 ? "root may list all folders" : undefined;

Deno.test("syncFolder() syncs a folder, and fails where there is none", async () => {
  const folder = await Deno.makeTempDir();
  await syncFolder(folder);
  if (Deno.build.os !== "windows") {
    await assert.rejects(syncFolder(join(folder, "missing")), { code: "ENOENT" });
  }
  await Deno.remove(folder);
});

testUnless(root, "syncFolder() leaves a folder that this user may not list", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o300);
  await syncFolder(folder);
  await Deno.chmod(folder, 0o700);
  await Deno.remove(folder);
});
