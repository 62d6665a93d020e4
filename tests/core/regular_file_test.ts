import assert from "node:assert/strict";
import { createServer } from "node:net";
import { NotAFile, readRegularFile, readRegularFileSync } from "../../src/core/regular_file.ts";
import { inTemporary } from "../cli/small_runs.ts";

const noPipes = Deno.build.os === "linux" ? undefined : "pipes and /dev are tried on Linux";

/** Fails unless both readers refuse the path with this message. */
async function refused(path: string, message: string | RegExp, mostBytes?: number): Promise<void> {
  const check = (error: unknown) => {
    assert.ok(error instanceof NotAFile, `${error}`);
    assert.match(error.message, message instanceof RegExp ? message : new RegExp(`^${message}$`));
    return true;
  };
  await assert.rejects(readRegularFile(path, mostBytes), check);
  assert.throws(() => readRegularFileSync(path, mostBytes), check);
}

Deno.test("readRegularFile() gives a file's bytes, through links too, and those of an empty one", () =>
  inTemporary(async (folder) => {
    await Deno.writeFile(`${folder}/a`, Uint8Array.of(1, 2, 3));
    await Deno.symlink(`${folder}/a`, `${folder}/link`);
    await Deno.writeFile(`${folder}/empty`, new Uint8Array(0));
    assert.deepEqual(await readRegularFile(`${folder}/link`), Uint8Array.of(1, 2, 3));
    assert.deepEqual(readRegularFileSync(`${folder}/a`), Uint8Array.of(1, 2, 3));
    assert.equal((await readRegularFile(`${folder}/empty`)).length, 0);
  }));

Deno.test({
  name: "readRegularFile() refuses pipes, devices, sockets, folders and endless links before opening them",
  ignore: noPipes !== undefined,
  fn: () =>
    inTemporary(async (folder) => {
      await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
      await refused(`${folder}/pipe`, "it is a named pipe");
      await Deno.symlink("/dev/zero", `${folder}/zero`);
      await refused(`${folder}/zero`, "it is a device");
      await refused(folder, "it is a folder");
      const server = createServer().listen(`${folder}/socket`);
      await new Promise((resolve) => server.once("listening", resolve));
      await refused(`${folder}/socket`, "it is a socket");
      server.close();
      await Deno.symlink(`${folder}/a`, `${folder}/b`);
      await Deno.symlink(`${folder}/b`, `${folder}/a`);
      await assert.rejects(readRegularFile(`${folder}/a`), { code: "ELOOP" });
    }),
});

Deno.test("readRegularFile() refuses a file beyond the limit by its size alone", () =>
  inTemporary(async (folder) => {
    using file = await Deno.create(`${folder}/sparse`);
    await file.truncate(2 ** 40);
    await refused(`${folder}/sparse`, /^it has 1099512 MB, more than the 1074 MB that are read$/);
    await refused(`${folder}/sparse`, /more than the 0 MB/, 10);
  }));
