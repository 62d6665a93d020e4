import assert from "node:assert/strict";
import { findLibrary } from "../../src/backends/library/find_library.ts";
import type { Host } from "../../src/backends/library/host.ts";
import type { BackendOptions } from "../../src/backends/open_backend.ts";
import { describeEnd, runScript } from "../limited_process.ts";
import { testUnless } from "../support.ts";
import type { Opening } from "./open_script.ts";

const found = await findLibrary();
const missing = found.found ? undefined : found.reasons.join("; ");

/** What comes of opening the backends in a process of their own, with the library hidden or not. */
async function open(
  names: readonly string[],
  options: BackendOptions = {},
  hidden = false,
): Promise<Opening[]> {
  const env: Record<string, string> = hidden ? { GUIDEDMIX_LIBTENSORFLOW: "/nowhere/at/all" } : {};
  const result = await runScript("tests/backends/open_script.ts", [JSON.stringify([names, options])], {
    env,
  });
  assert.ok(result.code === 0, describeEnd(result));
  return result.stdout.trim().split("\n").map((line) => JSON.parse(line) as Opening);
}

testUnless(
  missing,
  "openBackend() of auto takes tensorflow where its library is, and refuses none before it",
  async () => {
    const [opening] = await open(["auto"]);
    assert.deepEqual([opening!.name, opening!.refused, opening!.current], ["tensorflow", [], "tensorflow"]);
    assert.equal(opening!.sum, 256 ** 3);
    assert.match(opening!.device!, /CPU|GPU/);
    assert.equal(opening!.usesGpu, /GPU/.test(opening!.device!));
  },
);

Deno.test("openBackend() of auto tells why each backend before the one it took was not", async () => {
  const [opening] = await open(["auto"], {}, true);
  const refused = opening!.refused!;
  assert.deepEqual(
    refused.map(({ name }) => name),
    opening!.name === "wasm" ? ["tensorflow", "webgpu"] : ["tensorflow"],
  );
  assert.match(
    refused[0]!.why,
    /^Cannot find libtensorflow: .*"\/nowhere\/at\/all".*`deno task setup` brings it$/,
  );
  for (const { why } of refused.slice(1)) {
    assert.match(why, /^Cannot open backend "webgpu": .*expected a GPU/);
  }
  assert.deepEqual([opening!.current, opening!.sum], [opening!.name, 256 ** 3]);
});

Deno.test("openBackend() of tensorflow throws BackendUnavailable where its library is missing", async () => {
  const [opening] = await open(["tensorflow"], {}, true);
  assert.equal(opening!.error, "BackendUnavailable");
  assert.match(opening!.message!, /^Cannot find libtensorflow: /);
});

/** A machine like this one, but for one thing. */
const PRETENDED: readonly (readonly [string, Host, RegExp])[] = [
  [
    "a processor without AVX",
    {
      os: "linux",
      arch: "x86_64",
      libc: { name: "glibc", release: "2.36" },
      cpuinfo: "processor\t: 0\nmodel name\t: Celeron\nflags\t\t: fpu sse2 sse4_1 sse4_2\n",
    },
    /^Cannot use libtensorflow .*: this processor has no AVX instructions, expected one with them;/,
  ],
  [
    "musl",
    { os: "linux", arch: "x86_64", libc: { name: "other" } },
    /^Cannot use libtensorflow .*: this system's C library is not glibc \(musl, as on Alpine\), expected glibc/,
  ],
];

for (const [what, host, sentence] of PRETENDED) {
  Deno.test(`openBackend() of auto goes on with the next backend on ${what}, with the reason`, async () => {
    const [auto] = await open(["auto"], { host });
    assert.ok(auto!.name === "webgpu" || auto!.name === "wasm", auto!.message);
    assert.equal(auto!.refused![0]!.name, "tensorflow");
    assert.match(auto!.refused![0]!.why, sentence);
    assert.equal(auto!.sum, 256 ** 3);
    // found out before anything is downloaded
    const [named] = await open(["tensorflow"], { host, download: true });
    assert.equal(named!.error, "BackendUnavailable");
    assert.match(named!.message!, sentence);
  });
}

testUnless(missing, "openBackend() gives the first context again, and changes between backends", async () => {
  const openings = await open(["tensorflow", "wasm", "tensorflow"]);
  assert.deepEqual(openings.map(({ current }) => current), ["tensorflow", "wasm", "tensorflow"]);
  assert.deepEqual(openings.map(({ sum }) => sum), [256 ** 3, 256 ** 3, 256 ** 3]);
});

testUnless(missing, "openBackend() of tensorflow after webgpu is refused, before it works", async () => {
  const [webgpu, after] = await open(["webgpu", "tensorflow"]);
  assert.deepEqual([after!.error, after!.name], ["BackendUnavailable", undefined]);
  assert.match(after!.message!, /this process has opened WebGPU/);
  const [first, second] = await open(["tensorflow", "webgpu"]);
  assert.equal(first!.sum, 256 ** 3);
  assert.deepEqual([second!.name, second!.sum], [webgpu!.name, webgpu!.sum]);
});

testUnless(
  missing,
  "openBackend() of tensorflow starts as many threads as it is told, also more than a byte holds",
  async () => {
    const [[one], [many]] = [
      await open(["tensorflow"], { threads: 1 }),
      await open(["tensorflow"], { threads: 200 }),
    ];
    assert.deepEqual([one!.sum, many!.sum], [256 ** 3, 256 ** 3]);
    assert.ok(many!.threads! - one!.threads! > 180, `${one!.threads} and ${many!.threads} threads`);
  },
);
