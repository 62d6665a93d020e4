/** What `predict` says, for exports to be compared with. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import { inputNormalization } from "../../src/config/encoder_facts.ts";
import type { ModelOptions } from "../../src/config/model_options.ts";
import { prepareForEvaluation } from "../../src/data/augment/evaluation.ts";
import { predictImage } from "../../src/eval/predict_image.ts";
import type { RgbImage } from "../../src/formats/rgb_image.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { Network } from "../../src/model/network.ts";

/** What `predict` gives: logits `[1, H, W, K]` and labels. */
export async function predicted(
  model: ModelOptions,
  tensors: ReadonlyMap<string, StoredTensor>,
  image: RgbImage,
): Promise<{ readonly logits: Float32Array; readonly labels: Uint8Array }> {
  await tf.setBackend("wasm");
  const network = new Network({ ...model, mixDecoder: true }, 1);
  try {
    network.parameters.load(tensors);
    const { data, height, width } = prepareForEvaluation(image, inputNormalization(model.encoder));
    const output = tf.tidy(() => network.logits(tf.tensor4d(data, [1, height, width, 3])));
    const logits = await output.data() as Float32Array;
    output.dispose();
    return { logits, labels: (await predictImage(network, image)).labels };
  } finally {
    network.dispose();
  }
}
