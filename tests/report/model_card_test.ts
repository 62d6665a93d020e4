import assert from "node:assert/strict";
import { modelCard } from "../../src/report/model_card.ts";
import { summaryOf } from "./run_records.ts";
import type { ModelCardRecord } from "../../src/report/model_card.ts";

function card(change: Partial<ModelCardRecord> = {}): ModelCardRecord {
  return {
    name: "streets",
    network: "ResNet-18 (output stride 16), ASPP 128",
    parameters: 11234567,
    classes: ["sky", "road", "car"],
    colors: [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    input: {
      layout: "[N, 3, H, W], float32, RGB",
      mean: [123.675, 116.28, 103.53],
      standardDeviation: [58.395, 57.12, 57.375],
      size: "any multiple of 16",
    },
    output: "logits [N, 3, H/8, W/8]",
    training: [["recipe", "guidedmix"], ["labeled pictures", "46"]],
    evaluation: { split: "val", summary: summaryOf(["sky", "road", "car"]) },
    files: [{ name: "model.onnx", bytes: 2048, sha256: "ab12" }],
    licenseNote: "Data: CC BY-NC 4.0.",
    ...change,
  };
}

Deno.test("modelCard() names classes with colours, normalization, measures, digest and licence", () => {
  const text = modelCard(card());
  assert.match(text, /^# streets\n/);
  assert.match(text, /^\| 1 \| road \| #040506 \| 75\.0 \|$/m);
  assert.match(text, /^\| 2 \| car \| #070809 \| – \|$/m);
  assert.match(text, /^\| Mean \(0 to 255\) \| 123\.675, 116\.28, 103\.53 \|$/m);
  assert.match(text, /^\| Mean IoU \| 73\.9 \|$/m);
  assert.match(text, /^\| model\.onnx \| 2\.0\u00a0KiB \| ab12 \|$/m);
  assert.match(text, /## Licence\n\nData: CC BY-NC 4\.0\.\n$/);
});

Deno.test("modelCard() says so when the model was not evaluated", () => {
  assert.match(modelCard(card({ evaluation: undefined })), /## Measures\n\nNot evaluated\.\n/);
});

Deno.test("modelCard() keeps a table whole when a class name has a bar, a line end or a tag", () => {
  const text = modelCard(card({ classes: ["a|b\nc", "<i>", "`x`"], evaluation: undefined }));
  assert.match(text, /^\| 0 \| a\\\|b c \|/m);
  assert.match(text, /^\| 1 \| \\<i\\> \|/m);
  assert.match(text, /^\| 2 \| \\`x\\` \|/m);
});
