import assert from "node:assert/strict";
import { join } from "node:path";
import { ensureLibrary } from "../../../src/backends/library/ensure_library.ts";
import { findLibrary } from "../../../src/backends/library/find_library.ts";
import type { FoundLibrary } from "../../../src/backends/library/found_library.ts";
import { distrust } from "../../../src/backends/library/owner.ts";
import { requireTrusted } from "../../../src/backends/library/trusted_library.ts";
import { BackendUnavailable } from "../../../src/core/errors.ts";
import { testUnless } from "../../support.ts";
import { MadeMachine, makeWheel, TENSORFLOW_FILES, withoutWheels } from "./support.ts";

const unchecked = withoutWheels() ?? (Deno.build.os === "linux" ? undefined : "owners are tried on Linux");

const USERS = { own: 1000, root: 0 };

Deno.test("distrust() trusts files of one's own and of root that others may not write to", () => {
  assert.equal(distrust({ uid: 1000, mode: 0o100644 }, USERS, false), undefined);
  assert.equal(distrust({ uid: 0, mode: 0o40775 }, USERS, false), undefined);
  assert.equal(distrust({ uid: 1001, mode: 0o100600 }, USERS, false), "it belongs to user 1001");
  assert.equal(distrust({ uid: 1000, mode: 0o100666 }, USERS, false), "all users may write to it");
});

Deno.test("distrust() lets others write above a folder only where they may not rename, as in /tmp", () => {
  assert.equal(distrust({ uid: 0, mode: 0o41777 }, USERS, true), undefined);
  assert.equal(distrust({ uid: 0, mode: 0o41777 }, USERS, false), "all users may write to it");
  assert.equal(distrust({ uid: 0, mode: 0o40777 }, USERS, true), "all users may write to it");
});

Deno.test("distrust() knows root by the number that it has in a namespace, and nothing where systems have no users", () => {
  assert.equal(distrust({ uid: 65534, mode: 0o100644 }, { own: 0, root: 65534 }, false), undefined);
  assert.equal(distrust({ uid: null, mode: null }, USERS, false), undefined);
});

/** A machine with a library in its cache, and what a test does with it. */
async function withLibrary(
  body: (library: FoundLibrary, machine: MadeMachine) => Promise<void>,
): Promise<void> {
  await using machine = await MadeMachine.create();
  await machine.inside(async () => {
    await body(await ensureLibrary({ kind: "cpu" }), machine);
  });
}

async function refused(library: FoundLibrary, text: RegExp): Promise<void> {
  await assert.rejects(requireTrusted(library), (error) => {
    assert.ok(error instanceof BackendUnavailable, `${error}`);
    assert.match(error.message, /^Cannot load [^\n]*, expected [^\n]*$/);
    assert.match(error.message, text);
    return true;
  });
}

testUnless(
  unchecked,
  "requireTrusted() compares a library once, and again after any change of a file",
  () =>
    withLibrary(async (library, machine) => {
      const checked: string[] = [];
      const onProgress = ({ stage, what }: { stage: string; what: string }) =>
        void checked.push(`${stage} ${what}`);
      await requireTrusted(library, onProgress);
      assert.ok(checked.length > 0);
      checked.length = 0;
      await requireTrusted(library, onProgress);
      assert.deepEqual(checked, []);
      const stamps = join(machine.folder, "cache", "guidedmix", "verified.json");
      assert.equal((await Deno.stat(stamps)).mode! & 0o777, 0o600);
      const text = await Deno.readTextFile(library.tensorflowPath);
      // as long as before, and dated back
      const { mtime } = await Deno.stat(library.tensorflowPath);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await Deno.writeTextFile(library.tensorflowPath, `T${text.slice(1)}`);
      await Deno.utime(library.tensorflowPath, mtime!, mtime!);
      await refused(library, /its SHA-256 is \w{12}…, expected \w{12}… as it was installed/);
      await Deno.writeTextFile(library.tensorflowPath, text);
      await requireTrusted(library);
    }),
);

testUnless(
  unchecked,
  "requireTrusted() does not believe a stamp that others may write",
  () =>
    withLibrary(async (library, machine) => {
      await requireTrusted(library);
      const stamps = join(machine.folder, "cache", "guidedmix", "verified.json");
      await Deno.chmod(stamps, 0o666);
      let checked = 0;
      await requireTrusted(library, () => void checked++);
      assert.ok(checked > 0);
    }),
);

testUnless(
  unchecked,
  "requireTrusted() refuses files and folders that all may write to",
  () =>
    withLibrary(async (library) => {
      await Deno.chmod(library.frameworkPath, 0o666);
      await refused(library, /libtensorflow_framework.so.2": all users may write to it/);
      await Deno.chmod(library.frameworkPath, 0o644);
      await Deno.chmod(join(library.tensorflowPath, ".."), 0o777);
      await refused(library, /tensorflow": all users may write to it/);
    }),
);

const noChown = unchecked ?? (Deno.uid() === 0 ? undefined : "only root can give files away");

testUnless(
  noChown,
  "a library and a cache that another user owns are refused",
  () =>
    withLibrary(async (library, machine) => {
      await Deno.chown(library.tensorflowPath, 12345, null);
      await refused(library, /libtensorflow_cc.so.2": it belongs to user 12345/);
      await Deno.chown(library.tensorflowPath, 0, null);
      await Deno.chown(join(machine.folder, "cache", "guidedmix"), 12345, null);
      await refused(library, /guidedmix": it belongs to user 12345/);
      await Deno.remove(machine.library("cpu"), { recursive: true });
      await assert.rejects(
        ensureLibrary({ kind: "cpu" }),
        /Cannot keep libtensorflow in .*it belongs to user 12345/,
      );
    }),
);

testUnless(unchecked, "requireTrusted() takes the digests of Python's RECORD", async () => {
  await using machine = await MadeMachine.create();
  const packages = join(machine.folder, "site-packages");
  await Deno.mkdir(join(packages, "tensorflow"), { recursive: true });
  for (const [name, text] of Object.entries(TENSORFLOW_FILES)) {
    await Deno.writeTextFile(join(packages, name), text);
  }
  const wheel = join(machine.folder, "w.whl");
  await Deno.writeFile(wheel, makeWheel(TENSORFLOW_FILES));
  const { openWheel } = await import("../../../src/backends/library/wheel.ts");
  const opened = await openWheel(wheel);
  opened.file.close();
  const record = [...opened.record].map(([name, { sha256, size }]) => {
    const digest = btoa(String.fromCharCode(...sha256.match(/../g)!.map((byte) => parseInt(byte, 16))));
    return `${name},sha256=${digest.replaceAll("+", "-").replaceAll("/", "_").replace("=", "")},${size}`;
  });
  await Deno.mkdir(join(packages, "tensorflow-2.21.0.dist-info"));
  await Deno.writeTextFile(join(packages, "tensorflow-2.21.0.dist-info", "RECORD"), record.join("\n"));
  await machine.inside(async () => {
    await machine.setProbe({ folder: join(packages, "tensorflow"), version: "2.21.0" });
    const library = await findLibrary({ kind: "cpu" });
    assert.ok(library.found && library.source === "python");
    await requireTrusted(library);
    await Deno.writeTextFile(library.tensorflowPath, "other code");
    await refused(library, /its SHA-256 is/);
  });
});
