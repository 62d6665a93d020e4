import assert from "node:assert/strict";
import { join } from "node:path";
import { ensureLibrary } from "../../../src/backends/library/ensure_library.ts";
import { findLibrary } from "../../../src/backends/library/find_library.ts";
import { testUnless } from "../../support.ts";
import { MadeMachine, withoutWheels } from "./support.ts";

/** Lays empty TensorFlow libraries, and NVIDIA ones where `cuda`, as Python has them; gives the package's folder. */
async function layPackages(folder: string, cuda = false): Promise<string> {
  const package_ = join(folder, "site-packages", "tensorflow");
  await Deno.mkdir(package_, { recursive: true });
  for (const name of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]) {
    await Deno.writeTextFile(join(package_, name), "");
  }
  if (cuda) {
    const lib = join(folder, "site-packages", "nvidia", "cuda_runtime", "lib");
    await Deno.mkdir(lib, { recursive: true });
    await Deno.writeTextFile(join(lib, "libcudart.so.12"), "");
  }
  return package_;
}

async function findWithVariable(machine: MadeMachine, value: string): ReturnType<typeof findLibrary> {
  return await machine.inside(async () => {
    Deno.env.set("GUIDEDMIX_LIBTENSORFLOW", value);
    return await findLibrary({ kind: "cpu" });
  });
}

Deno.test("findLibrary() takes the variable's folder, and its release from beside it", async () => {
  await using machine = await MadeMachine.create();
  const folder = await layPackages(machine.folder);
  await Deno.mkdir(join(machine.folder, "site-packages", "tensorflow_cpu-2.21.3.dist-info"));
  const library = await findWithVariable(machine, folder);
  assert.deepEqual(library, {
    found: true,
    frameworkPath: join(folder, "libtensorflow_framework.so.2"),
    tensorflowPath: join(folder, "libtensorflow_cc.so.2"),
    preload: [],
    version: "2.21.3",
    source: "environment",
    cuda: false,
  });
});

Deno.test("findLibrary() takes the library's folder when the variable is the path of the library", async () => {
  await using machine = await MadeMachine.create();
  const folder = await layPackages(machine.folder);
  const library = await findWithVariable(machine, join(folder, "libtensorflow_cc.so.2"));
  assert.ok(library.found && library.version === "unknown");
  assert.equal(library.tensorflowPath, join(folder, "libtensorflow_cc.so.2"));
});

Deno.test("findLibrary() finds nothing, not even in Python, when the variable leads nowhere", async () => {
  await using machine = await MadeMachine.create();
  await machine.setProbe({ folder: await layPackages(machine.folder), version: "2.21.0" });
  const library = await findWithVariable(machine, join(machine.folder, "nowhere"));
  assert.ok(!library.found);
  assert.match(library.reasons.join(), /^GUIDEDMIX_LIBTENSORFLOW is ".*nowhere", expected a folder with/);
});

Deno.test("findLibrary() takes Python's tensorflow when its minor release fits", async () => {
  await using machine = await MadeMachine.create();
  await machine.setProbe({ folder: await layPackages(machine.folder), version: "2.21.1" });
  const library = await machine.inside(() => findLibrary({ kind: "cpu" }));
  assert.ok(library.found);
  assert.deepEqual([library.source, library.version], ["python", "2.21.1"]);
});

Deno.test("findLibrary() leaves Python's tensorflow aside, and says why, when it does not fit", async () => {
  await using machine = await MadeMachine.create();
  await machine.setProbe({ folder: await layPackages(machine.folder), version: "2.20.0" });
  const older = await machine.inside(() => findLibrary({ kind: "cpu" }));
  assert.ok(!older.found);
  assert.match(older.reasons[0] ?? "", /python3 has tensorflow 2\.20\.0, expected 2\.21/);
  await machine.setProbe({ folder: await layPackages(machine.folder, true), version: "2.21.0" });
  const cuda = await machine.inside(() => findLibrary({ kind: "cpu" }));
  assert.ok(!cuda.found);
  assert.match(cuda.reasons[0] ?? "", /for CUDA/);
});

Deno.test("findLibrary() gives the reasons of every place when nothing is there", async () => {
  await using machine = await MadeMachine.create();
  const library = await machine.inside(() => findLibrary({ kind: "cpu" }), { python: false });
  assert.ok(!library.found);
  assert.deepEqual(library.reasons, [
    "python3 has no tensorflow",
    `"${machine.library("cpu")}" holds no library that was set up`,
  ]);
});

testUnless(
  withoutWheels(),
  "findLibrary() finds the cached library when its sizes fit, else says which do not",
  async () => {
    await using machine = await MadeMachine.create();
    await machine.inside(() => ensureLibrary({ kind: "cpu" }));
    const whole = await machine.inside(() => findLibrary({ kind: "cpu" }));
    assert.ok(whole.found && whole.source === "cache");
    await Deno.remove(whole.frameworkPath);
    const damaged = await machine.inside(() => findLibrary({ kind: "cpu" }));
    assert.ok(!damaged.found);
    assert.match(
      damaged.reasons[1] ?? "",
      /is damaged: "tensorflow\/libtensorflow_framework\.so\.2" is missing/,
    );
  },
);

testUnless(
  withoutWheels(),
  "findLibrary() finds nothing in the cache when the manifest is not readable",
  async () => {
    await using machine = await MadeMachine.create();
    await machine.inside(() => ensureLibrary({ kind: "cpu" }));
    for (const text of ["", "{}", '{"version":"2.21.0","build":"cpu","wheels":[],"files":[{"file":1}]}']) {
      await Deno.writeTextFile(join(machine.library("cpu"), "manifest.json"), text);
      const library = await machine.inside(() => findLibrary({ kind: "cpu" }));
      assert.equal(library.found, false, text);
    }
  },
);
