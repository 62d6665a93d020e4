import assert from "node:assert/strict";
import { encodeSafetensors } from "../../src/formats/safetensors.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { openReferenceFolder } from "../../src/parity/reference_folder.ts";
import { runParity } from "../../src/parity/run_parity.ts";
import { numericTest } from "../numeric.ts";

const ITERATIONS: StoredTensor = { dtype: "int64", shape: [2], data: BigInt64Array.of(0n, 1n) };
const RATES: StoredTensor = { dtype: "float64", shape: [2], data: Float64Array.of(0.01, 0.005) };

/** A manifest of one file with these tensors. */
function manifestOf(tensors: Record<string, unknown>, file = "fn-poly.safetensors") {
  return { files: { [file]: { info: {}, tensors } } };
}

const POLY = {
  "poly/max2/iter": { shape: [2], dtype: "int64" },
  "poly/max2/lr": { shape: [2], dtype: "float64" },
};

function polyBytes(more: Record<string, StoredTensor> = {}): Uint8Array {
  return encodeSafetensors(
    new Map(Object.entries({ "poly/max2/iter": ITERATIONS, "poly/max2/lr": RATES, ...more })),
  );
}

/** Runs `body` in a folder with these files; texts as they are, other values as JSON. */
async function inFolder(
  files: Record<string, Uint8Array | string | object>,
  body: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const bytes = content instanceof Uint8Array
        ? content
        : new TextEncoder().encode(typeof content === "string" ? content : JSON.stringify(content));
      await Deno.writeFile(`${path}/${name}`, bytes);
    }
    await body(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

const refused = (message: RegExp) => ({ name: "FormatError", message });

Deno.test("openReferenceFolder() refuses a folder without manifest.json", async () => {
  await inFolder({}, async (path) => {
    await assert.rejects(openReferenceFolder(path), refused(/manifest\.json cannot be opened/));
  });
  await assert.rejects(openReferenceFolder("/no/such/folder"), refused(/Cannot read reference "\/no\/such/));
});

Deno.test("openReferenceFolder() refuses a manifest that is none", async () => {
  const wrong: [string | object, RegExp][] = [
    ["{", /manifest\.json is no JSON/],
    [[], /names no files/],
    [{ files: {} }, /names no files/],
    [{ files: { "fn-poly.safetensors": 3 } }, /entry of fn-poly\.safetensors is wrong/],
    [manifestOf({ "poly/max2/lr": { shape: "2" } }), /entry of "poly\/max2\/lr" in fn-poly/],
    [manifestOf(POLY, "../outside.safetensors"), /names file "\.\.\/outside\.safetensors"/],
    [manifestOf(POLY, "fn-poly.txt"), /names file "fn-poly\.txt"/],
  ];
  for (const [manifest, message] of wrong) {
    await inFolder({ "manifest.json": manifest }, async (path) => {
      await assert.rejects(openReferenceFolder(path), refused(message));
    });
  }
});

Deno.test("read() refuses files that are missing, damaged or not what the manifest says", async () => {
  const bytes = polyBytes();
  const cut = bytes.subarray(0, bytes.length - 3);
  const wide = { ...POLY, "poly/max2/lr": { shape: [3], dtype: "float64" } };
  const named = { ...POLY, "poly/max2/other": { shape: [2], dtype: "float64" } };
  const wrong: [Record<string, Uint8Array | object>, RegExp][] = [
    [{ "manifest.json": manifestOf(POLY) }, /fn-poly\.safetensors cannot be opened/],
    [
      { "manifest.json": manifestOf(POLY), "fn-poly.safetensors": cut },
      /reference file ".*fn-poly\.safetensors"/,
    ],
    [
      { "manifest.json": manifestOf(wide), "fn-poly.safetensors": bytes },
      /is float64 \[2\], expected float64 \[3\]/,
    ],
    [{ "manifest.json": manifestOf(named), "fn-poly.safetensors": bytes }, /lacks "poly\/max2\/other"/],
  ];
  for (const [files, message] of wrong) {
    await inFolder(files, async (path) => {
      const folder = await openReferenceFolder(path);
      await assert.rejects(folder.read("fn-poly"), refused(message));
    });
  }
});

numericTest("runParity() lists and counts what it does not know", async () => {
  const strange: StoredTensor = { dtype: "float32", shape: [1], data: Float32Array.of(1) };
  const files = {
    "manifest.json": manifestOf({ ...POLY, "new/case/x": { shape: [1], dtype: "float32" } }),
    "fn-poly.safetensors": polyBytes({ "new/case/x": strange, "poly/max2/unlisted": strange }),
    "beside.safetensors": polyBytes(),
  };
  await inFolder(files, async (path) => {
    const report = await runParity(path);
    assert.deepEqual(report.unlistedFiles, ["beside.safetensors"]);
    assert.deepEqual(report.leftOut.map(({ tensor }) => tensor).sort(), ["new/case/x", "poly/max2/unlisted"]);
    assert.deepEqual(report.totals, {
      tensors: 4,
      compared: 1,
      inputs: 1,
      taken: 0,
      leftOut: 2,
      nonFiniteElements: 0,
    });
    // 0.005 is not what the schedule gives for the second iteration
    assert.deepEqual(report.cases.flatMap(({ failures }) => failures.map(({ tensor }) => tensor)), [
      "poly/max2/lr",
    ]);
    assert.equal(report.passed, false);
  });
});

numericTest("runParity() refuses an `only` that no file matches, and a case without its inputs", async () => {
  const lonely = encodeSafetensors(new Map([["poly/max2/lr", RATES]]));
  const files = {
    "manifest.json": manifestOf({ "poly/max2/lr": POLY["poly/max2/lr"] }),
    "fn-poly.safetensors": lonely,
  };
  await inFolder(files, async (path) => {
    await assert.rejects(
      runParity(path, { only: ["train-*"] }),
      refused(/no file matches train-\*, expected one of fn-poly/),
    );
    await assert.rejects(runParity(path), refused(/tensor "poly\/max2\/iter" is missing/));
  });
});
