import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { putFile, putFolder } from "../../src/export/put_files.ts";

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "guidedmix-put-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

Deno.test("putFile() replaces an older file and makes folders on the way", () =>
  withFolder(async (folder) => {
    const path = join(folder, "a", "b", "model.bin");
    await putFile(path, Uint8Array.of(1));
    const written = await putFile(path, Uint8Array.of(2, 3));
    assert.equal(written.path, path);
    assert.deepEqual([...readFileSync(path)], [2, 3]);
    assert.deepEqual(readdirSync(join(folder, "a", "b")), ["model.bin"]);
  }));

Deno.test("putFile() leaves nothing behind when the place cannot be taken", () =>
  withFolder(async (folder) => {
    const path = join(folder, "taken");
    mkdirSync(path);
    writeFileSync(join(path, "inside"), "");
    await assert.rejects(putFile(path, Uint8Array.of(1)));
    assert.deepEqual(readdirSync(folder), ["taken"]);
    assert.deepEqual(readdirSync(path), ["inside"]);
  }));

Deno.test("putFolder() fills an empty folder and makes folders inside", () =>
  withFolder(async (folder) => {
    const path = join(folder, "page");
    mkdirSync(path);
    const files = new Map([["index.html", Uint8Array.of(1)], ["vendor/tf.js", Uint8Array.of(2)]]);
    const written = await putFolder(path, files, "index.html");
    assert.deepEqual(written.map((file) => file.path), [
      join(path, "index.html"),
      join(path, "vendor", "tf.js"),
    ]);
    assert.deepEqual(readdirSync(path).sort(), ["index.html", "vendor"]);
    assert.deepEqual(readdirSync(folder), ["page"]);
  }));

Deno.test("putFolder() keeps the older folder when a file of the new one cannot be written", () =>
  withFolder(async (folder) => {
    const path = join(folder, "page");
    await putFolder(path, new Map([["index.html", Uint8Array.of(1)]]), "index.html");
    const broken = new Map([["x", Uint8Array.of(1)], ["x/y", Uint8Array.of(2)]]);
    await assert.rejects(putFolder(path, broken, "index.html"));
    assert.deepEqual(readdirSync(folder), ["page"]);
    assert.deepEqual([...readFileSync(join(path, "index.html"))], [1]);
  }));
