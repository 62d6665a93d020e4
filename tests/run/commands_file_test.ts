import assert from "node:assert/strict";
import { join } from "node:path";
import { allCommands, COMMANDS_NAME } from "../../src/run/commands_file.ts";

Deno.test("allCommands() puts those before in front, and what only repeats the last once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.equal(await allCommands(folder, "begin", false), "begin");
    assert.equal(await allCommands(folder, "go on", true), "(the command that began it was not kept)\ngo on");
    await Deno.writeTextFile(join(folder, COMMANDS_NAME), "begin\ngo on\n");
    assert.equal(await allCommands(folder, "go on", true), "begin\ngo on");
    assert.equal(await allCommands(folder, "more", true), "begin\ngo on\nmore");
    assert.equal(await allCommands(folder, "another", false), "another");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
