import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../../src/core/errors.ts";
import { exportModel } from "../../src/export/export_model.ts";
import type { ExportRequest } from "../../src/export/export_request.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { readTorchTensors } from "../../src/formats/torch_file.ts";
import { missingData, projectPath, sharedPath, testUnless } from "../support.ts";
import { missingOfficial, missingPython, runPython } from "./python.ts";
import { readOnnx } from "./onnx_reader.ts";
import { drawnTensors, REFERENCE_CASES, referenceModel, smallModel } from "./reference_model.ts";

const model = smallModel();
const labels = {
  classes: ["a", "b", "c", "d", "e"],
  colors: [[0, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3, 3], [4, 4, 4]] as const,
};

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "guidedmix-export-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function request(change: Partial<ExportRequest> & Pick<ExportRequest, "format" | "out">): ExportRequest {
  return { model, tensors: drawnTensors(model), labels, version: "1.2.3", ...change };
}

Deno.test("exportModel() writes what it reports, and nothing else", () =>
  withFolder(async (folder) => {
    for (
      const [format, out] of [["onnx", "m.onnx"], ["tfjs", "t"], ["safetensors", "m.safetensors"]] as const
    ) {
      const { files } = await exportModel(request({ format, out: join(folder, out) }));
      for (const { path, bytes, sha256 } of files) {
        const content = readFileSync(path);
        assert.equal(content.length, bytes);
        assert.equal(createHash("sha256").update(content).digest("hex"), sha256);
      }
    }
    assert.deepEqual(readdirSync(folder).sort(), ["m.onnx", "m.safetensors", "t"]);
    assert.deepEqual(readdirSync(join(folder, "t")).sort(), ["group1-shard1of1.bin", "model.json"]);
  }));

Deno.test("exportModel() describes classes, colours and normalization in the files", () =>
  withFolder(async (folder) => {
    const out = join(folder, "m.onnx");
    const { notes } = await exportModel(request({ format: "onnx", out }));
    assert.deepEqual(notes, ["The model takes pictures whose height and width are multiples of 8"]);
    const { metadata } = readOnnx(readFileSync(out));
    assert.deepEqual(JSON.parse(metadata["classes"]!), labels.classes);
    assert.deepEqual(JSON.parse(metadata["normalization"]!).mean, [123.675, 116.28, 103.53]);
    await exportModel(request({ format: "tfjs", out: join(folder, "t") }));
    const json = JSON.parse(readFileSync(join(folder, "t", "model.json"), "utf8"));
    assert.deepEqual(json.userDefinedMetadata.colors, labels.colors);
  }));

Deno.test("exportModel() replaces an exported folder, and refuses one of something else", () =>
  withFolder(async (folder) => {
    const out = join(folder, "t");
    await exportModel(request({ format: "tfjs", out }));
    writeFileSync(join(out, "left over"), "");
    await exportModel(request({ format: "tfjs", out, weights: "uint8" }));
    assert.ok(!existsSync(join(out, "left over")));
    const mine = join(folder, "mine");
    mkdirSync(mine);
    writeFileSync(join(mine, "thesis.txt"), "");
    await assert.rejects(exportModel(request({ format: "tfjs", out: mine })), /something else is there/);
    assert.deepEqual(readdirSync(mine), ["thesis.txt"]);
    assert.deepEqual(readdirSync(folder).sort(), ["mine", "t"]);
  }));

Deno.test("exportModel() refuses options of other formats, unknown formats and labels that do not fit", async () => {
  const out = join(tmpdir(), "never written");
  const refused = async (change: Partial<ExportRequest> & Pick<ExportRequest, "format">, text: RegExp) => {
    await assert.rejects(exportModel(request({ out, ...change })), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, text);
      return true;
    });
  };
  await refused(
    { format: "onnx", weights: "uint8", title: "x" },
    /"weights" only with tfjs or web, "title" only with web/,
  );
  await refused({ format: "onx" as "onnx" }, /did you mean "onnx"/);
  await refused(
    { format: "onnx", labels: { ...labels, classes: ["a"] } },
    /1 class names and 5 colours .* expected 5/,
  );
  assert.ok(!existsSync(out));
});

Deno.test("exportModel() keeps encoder and labeled decoder alone when safetensors are asked for", () =>
  withFolder(async (folder) => {
    const out = join(folder, "m.safetensors");
    const tensors = drawnTensors(model);
    const extra = { dtype: "float32", shape: [1], data: Float32Array.of(1) } as const;
    const training = new Map([...tensors, ["decode_head_mix.conv_seg.bias", extra], [
      "classifier.weight",
      extra,
    ], ["pseudo_labels.threshold", extra]]);
    const { notes } = await exportModel(request({ format: "safetensors", out, tensors: training }));
    const read = decodeSafetensors(readFileSync(out));
    assert.deepEqual([...read.tensors.keys()].sort(), [...tensors.keys()].sort());
    assert.deepEqual(JSON.parse(read.metadata["classes"]!), labels.classes);
    assert.deepEqual(notes, ["3 tensors of training only were left out"]);
  }));

Deno.test("exportModel() fills what the official model asks for when a supervised .pth is written", () =>
  withFolder(async (folder) => {
    const out = join(folder, "m.pth");
    const { notes } = await exportModel(request({ format: "torch", out }));
    const { tensors } = readTorchTensors(readFileSync(out));
    assert.deepEqual(tensors.get("decode_head_mix.conv_seg.bias"), tensors.get("decode_head.conv_seg.bias"));
    assert.equal(tensors.get("backbone.stem.1.num_batches_tracked")!.dtype, "int64");
    assert.match(notes.join(), /tensors of decode_head_mix are copies/);
  }));

testUnless(
  missingPython(["onnx"]),
  "exportModel() passes onnx's full checker",
  () =>
    withFolder(async (folder) => {
      const pixels = new Uint8Array(3 * 32 * 32).map((_, i) => i);
      const { setBackend } = await import("@tensorflow/tfjs-core");
      await import("@tensorflow/tfjs-backend-cpu");
      await setBackend("cpu");
      const variants: Partial<ExportRequest>[] = [
        {},
        { size: "any" },
        { size: [65, 97], output: "mask", input: "uint8" },
        { foldBatchNorm: false },
        { calibration: [{ width: 32, height: 32, data: pixels }] },
      ];
      const paths: string[] = [];
      for (const variant of variants) {
        paths.push(join(folder, `${paths.length}.onnx`));
        await exportModel(request({ format: "onnx", out: paths.at(-1)!, ...variant }));
      }
      assert.equal(runPython("check_onnx.py", paths).trim(), `${variants.length} checked`);
    }),
);

for (const name of REFERENCE_CASES) {
  testUnless(
    missingOfficial() ?? missingData("reference/seed1234"),
    `exportModel() writes a .pth that the official model of ${name} loads strictly, with equal logits`,
    () =>
      withFolder(async (folder) => {
        const out = join(folder, "m.pth");
        const reference = referenceModel(name);
        // As a network of ours: without the mix decoder's branches, which are never used, and with a classifier.
        const unused = /^decode_head_mix\.(aspp_modules|image_pool)/;
        const tensors = new Map([...reference.tensors].filter(([key]) => !unused.test(key)));
        tensors.set("classifier.weight", { dtype: "float32", shape: [1], data: Float32Array.of(1) });
        const { notes } = await exportModel(
          request({ format: "torch", out, model: reference.model, tensors }),
        );
        assert.equal(notes.length, 2);
        const printed = runPython("load_official.py", [
          Deno.env.get("GUIDEDMIX_OFFICIAL")!,
          projectPath("tools/export_reference"),
          sharedPath(`reference/seed1234/train-${name}.safetensors`)!,
          out,
        ]);
        assert.ok(Number(printed.trim().split("\n").at(-1)) < 1e-6, printed);
      }),
  );
}
