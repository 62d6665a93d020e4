import assert from "node:assert/strict";
import { join } from "node:path";
import { ensureLibrary } from "../../../src/backends/library/ensure_library.ts";
import type { LibraryProgress } from "../../../src/backends/library/progress.ts";
import { BackendUnavailable } from "../../../src/core/errors.ts";
import { testUnless } from "../../support.ts";
import { MadeMachine, makeWheel, TENSORFLOW_FILES, withoutWheels } from "./support.ts";

const ENSURE = (kind: string) =>
  `import { ensureLibrary } from "./src/backends/library/ensure_library.ts";
   const library = await ensureLibrary({ kind: "${kind}", onProgress: (p) => console.error(p.stage, p.what) });
   console.log(library.downloadedBytes > 0 ? "downloaded" : "present");`;

function testWithPip(name: string, body: (machine: MadeMachine) => Promise<void>): void {
  testUnless(withoutWheels(), name, async () => {
    await using machine = await MadeMachine.create();
    await body(machine);
  });
}

testWithPip(
  "ensureLibrary() downloads, unpacks and keeps no wheel when nothing is there",
  async (machine) => {
    const stages = new Set<string>();
    const onProgress = ({ stage }: LibraryProgress) => stages.add(stage);
    const library = await machine.inside(() => ensureLibrary({ kind: "cpu", onProgress }));
    const folder = machine.library("cpu");
    assert.equal(library.tensorflowPath, join(folder, "tensorflow/libtensorflow_cc.so.2"));
    assert.equal(
      await Deno.readTextFile(library.tensorflowPath),
      TENSORFLOW_FILES["tensorflow/libtensorflow_cc.so.2"],
    );
    assert.deepEqual([library.version, library.source, library.cuda], ["2.21.0", "cache", false]);
    assert.ok(library.downloadedBytes > 0);
    assert.deepEqual(await machine.cached(), ["libtensorflow-2.21.0-cpu", "libtensorflow-2.21.0-cpu.lock"]);
    const kept = (await Array.fromAsync(Deno.readDir(join(folder, "tensorflow")), ({ name }) => name)).sort();
    assert.deepEqual(kept, [
      "THIRD_PARTY_NOTICES.txt",
      "libtensorflow_cc.so.2",
      "libtensorflow_framework.so.2",
    ]);
    assert.ok(stages.has("unpack"));
  },
);

testWithPip("ensureLibrary() downloads nothing when the library is there", async (machine) => {
  await machine.inside(() => ensureLibrary({ kind: "cpu" }));
  await machine.setMode("broken");
  const again = await machine.inside(() => ensureLibrary({ kind: "cpu", verify: true }));
  assert.equal(again.downloadedBytes, 0);
  assert.equal((await machine.pipCalls()).length, 1);
});

testUnless(
  Deno.build.arch === "x86_64" ? withoutWheels() : "no CUDA wheel for this processor",
  "ensureLibrary() brings the wheels that METADATA names, in load order, when CUDA is asked for",
  async () => {
    await using machine = await MadeMachine.create();
    const library = await machine.inside(() => ensureLibrary({ kind: "cuda" }));
    const nvidia = join(machine.library("cuda"), "nvidia");
    assert.equal(library.cuda, true);
    assert.deepEqual(library.preload, [
      join(nvidia, "cuda_runtime/lib/libcudart.so.12"),
      join(nvidia, "cublas/lib/libcublasLt.so.12"),
      join(nvidia, "cublas/lib/libcublas.so.12"),
    ]);
    const calls = await machine.pipCalls();
    assert.equal(calls.length, 2);
    assert.match(
      calls[1] ?? "",
      / nvidia-cuda-runtime-cu12<13\.0,>=12\.5\.82 nvidia-cublas-cu12<13\.0,>=12\.5\.3\.2$/,
    );
  },
);

testWithPip(
  "ensureLibrary() works again when the process before was killed while downloading",
  async (machine) => {
    await machine.setMode("never-ends");
    const child = machine.start(ENSURE("cpu"));
    const outputs = Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
    while (!await exists(join(machine.folder, "pid"))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGKILL");
    await Promise.all([child.status, outputs]);
    assert.equal((await machine.cached()).some((name) => name.includes(".partial-")), true);
    await machine.setMode("works");
    const library = await machine.inside(() => ensureLibrary({ kind: "cpu" }));
    assert.ok(library.downloadedBytes > 0);
    assert.deepEqual(await machine.cached(), ["libtensorflow-2.21.0-cpu", "libtensorflow-2.21.0-cpu.lock"]);
  },
);

testWithPip("ensureLibrary() replaces a library whose size is not the manifest's", async (machine) => {
  const first = await machine.inside(() => ensureLibrary({ kind: "cpu" }));
  await Deno.truncate(first.tensorflowPath, 17);
  const second = await machine.inside(() => ensureLibrary({ kind: "cpu" }));
  assert.ok(second.downloadedBytes > 0);
  assert.match(second.note ?? "", /replaced: .*libtensorflow_cc\.so\.2" 17, expected 10000 bytes/);
  assert.equal((await Deno.stat(second.tensorflowPath)).size, 10000);
});

testWithPip("ensureLibrary() replaces a library with one changed byte when it verifies", async (machine) => {
  const first = await machine.inside(() => ensureLibrary({ kind: "cpu" }));
  {
    using file = await Deno.open(first.frameworkPath, { write: true });
    await file.seek(700, Deno.SeekMode.Start);
    await file.write(new Uint8Array([1]));
  }
  const unverified = await machine.inside(() => ensureLibrary({ kind: "cpu" }));
  assert.equal(unverified.downloadedBytes, 0);
  const verified = await machine.inside(() => ensureLibrary({ kind: "cpu", verify: true }));
  assert.ok(verified.downloadedBytes > 0);
  assert.match(verified.note ?? "", /libtensorflow_framework\.so\.2" has sha256/);
});

testWithPip("ensureLibrary() downloads once when two processes ask at the same time", async (machine) => {
  const children = [machine.start(ENSURE("cpu")), machine.start(ENSURE("cpu"))];
  const outputs = await Promise.all(children.map((child) => child.output()));
  const texts = outputs.map(({ stdout }) => new TextDecoder().decode(stdout).trim()).sort();
  assert.deepEqual(texts, ["downloaded", "present"]);
  assert.equal((await machine.pipCalls()).length, 1);
});

testWithPip(
  "ensureLibrary() asks for the wheel of another Python when there is none for this one",
  async (machine) => {
    await machine.setMode("other-python");
    const library = await machine.inside(() => ensureLibrary({ kind: "cpu" }));
    assert.ok(library.downloadedBytes > 0);
    const last = (await machine.pipCalls()).at(-1) ?? "";
    assert.match(last, /--python-version=3\.12 --implementation=cp .*--platform=manylinux_2_27_/);
  },
);

const FAILURES = [
  ["no-pip", /python3 is there, but has no pip/],
  ["offline", /pip does not reach its package index \("No matching distribution found for it"\)/],
  ["broken", /pip ended with exit code 3 \("disk on fire"\)/],
] as const;

for (const [mode, text] of FAILURES) {
  testWithPip(
    `ensureLibrary() says what is wrong, and leaves nothing, when pip is "${mode}"`,
    async (machine) => {
      await machine.setMode(mode);
      const failing = machine.inside(() => ensureLibrary({ kind: "cpu" }));
      await assert.rejects(
        failing,
        (error: Error) => error instanceof BackendUnavailable && text.test(error.message),
      );
      assert.equal((await machine.pipCalls()).length, 1);
      assert.deepEqual(await machine.cached(), ["libtensorflow-2.21.0-cpu.lock"]);
    },
  );
}

testWithPip("ensureLibrary() says that python3 is missing when it is", async (machine) => {
  const failing = machine.inside(() => ensureLibrary({ kind: "cpu" }), { python: false });
  await assert.rejects(
    failing,
    (error: Error) =>
      error instanceof BackendUnavailable &&
      /no python3 is on the PATH.*GUIDEDMIX_LIBTENSORFLOW/.test(error.message),
  );
});

const CC = "tensorflow/libtensorflow_cc.so.2";
const BAD_WHEELS: [string, Uint8Array, RegExp][] = [
  [
    "a file that is not what RECORD says",
    makeWheel({ ...TENSORFLOW_FILES, [CC]: "A" }, { ...TENSORFLOW_FILES, [CC]: "B" }),
    /Cannot unpack "tensorflow\/libtensorflow_cc\.so\.2": RECORD says sha256/,
  ],
  [
    "a file of another size than RECORD says",
    makeWheel({ ...TENSORFLOW_FILES, [CC]: "A" }, { ...TENSORFLOW_FILES, [CC]: "BB" }),
    /RECORD says 2 bytes, the wheel 1/,
  ],
  [
    "a library that RECORD does not know",
    makeWheel(TENSORFLOW_FILES, { "tensorflow/libtensorflow_framework.so.2": "" }),
    /RECORD says/,
  ],
  [
    "a name that leads out",
    makeWheel({ ...TENSORFLOW_FILES, "nvidia/../../evil": "x" }),
    /named "nvidia\/\.\.\/\.\.\/evil"/,
  ],
  ["an absolute name", makeWheel({ ...TENSORFLOW_FILES, "/evil": "x" }), /named "\/evil"/],
  ["no library", makeWheel({ "tensorflow/__init__.py": "" }), /has not both libraries/],
  ["a cut end", makeWheel(TENSORFLOW_FILES).slice(0, -30), /Cannot read zip file/],
];

for (const [what, bytes, text] of BAD_WHEELS) {
  testWithPip(`ensureLibrary() refuses a wheel with ${what}`, async (machine) => {
    await machine.setWheel("tensorflow-cpu", bytes);
    await machine.setWheel("tensorflow", bytes);
    const failing = machine.inside(() => ensureLibrary({ kind: "cpu" }));
    await assert.rejects(
      failing,
      (error: Error) => error instanceof BackendUnavailable && text.test(error.message),
    );
    assert.deepEqual(await machine.cached(), ["libtensorflow-2.21.0-cpu.lock"]);
  });
}

testWithPip(
  "ensureLibrary() refuses a variable that leads nowhere instead of downloading",
  async (machine) => {
    const failing = machine.inside(() => {
      Deno.env.set("GUIDEDMIX_LIBTENSORFLOW", join(machine.folder, "nowhere"));
      return ensureLibrary({ kind: "cpu" });
    });
    await assert.rejects(
      failing,
      /BackendUnavailable: Cannot use libtensorflow: GUIDEDMIX_LIBTENSORFLOW is ".*nowhere"/,
    );
    assert.deepEqual(await machine.pipCalls(), []);
  },
);

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
