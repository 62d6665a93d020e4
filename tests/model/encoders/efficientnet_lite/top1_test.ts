import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { LITE_NORMALIZATION } from "../../../../src/config/encoder_facts.ts";
import type { EncoderOptions } from "../../../../src/config/model_options.ts";
import { prepareForEvaluation } from "../../../../src/data/augment/evaluation.ts";
import { decodeRgb } from "../../../../src/formats/decode_rgb.ts";
import type { StoredTensor } from "../../../../src/formats/stored_tensor.ts";
import { readWeights } from "../../../../src/interop/weight_file.ts";
import { encode, encoderSpecs } from "../../../../src/model/encoder.ts";
import { ForwardPass } from "../../../../src/model/forward_pass.ts";
import { ParameterStore } from "../../../../src/nn/parameters.ts";
import { Tape } from "../../../../src/nn/tape.ts";
import { whyNot } from "../../../numeric.ts";
import { missingData, projectPath, sharedPath, testUnless } from "../../../support.ts";
import { cachedWeights, WHOLE_WEIGHTS } from "./cached_weights.ts";

/** What `tools/export_lite/top1.py` printed. */
const EXPECTED: Readonly<Record<string, number>> = JSON.parse(
  Deno.readTextFileSync(projectPath("fixtures/lite/top1.json")),
);
const SIDE = 192;
const WHOLE: EncoderOptions = { family: "efficientnet-lite", variant: "lite0", outputStride: 32 };

/** The upper left of a photo, `[1, 192, 192, 3]`, normalized. */
async function inputOf(name: string): Promise<tf.Tensor4D> {
  const path = sharedPath(`data/msrc/${name}`)!;
  const { data, height, width } = prepareForEvaluation(
    await decodeRgb(Deno.readFileSync(path), path),
    LITE_NORMALIZATION,
  );
  return tf.tidy(() => tf.slice(tf.tensor4d(data, [1, height, width, 3]), [0, 0, 0, 0], [1, SIDE, SIDE, 3]));
}

/** The ImageNet class by the port's last layers: 1×1 convolution, norm, ReLU6, mean, linear layer. */
function classOf(features: tf.Tensor4D, file: ReadonlyMap<string, StoredTensor>): number {
  return tf.tidy(() => {
    const of = (name: string) => {
      const { data, shape } = file.get(`backbone.${name}`)!;
      return tf.tensor(data as Float32Array, shape as number[]);
    };
    const kernel = tf.transpose(of("_conv_head.weight"), [2, 3, 1, 0]) as tf.Tensor4D;
    const map = tf.conv2d(features, kernel, 1, "valid");
    const scale = tf.div(of("_bn1.weight"), tf.sqrt(tf.add(of("_bn1.running_var"), 1e-3)));
    const shift = tf.sub(of("_bn1.bias"), tf.mul(of("_bn1.running_mean"), scale));
    const pooled = tf.mean(tf.relu6(tf.add(tf.mul(map, scale), shift)), [1, 2]);
    const scores = tf.add(
      tf.matMul(pooled as tf.Tensor2D, of("_fc.weight") as tf.Tensor2D, false, true),
      of("_fc.bias"),
    );
    return tf.argMax(scores, 1).dataSync()[0]!;
  });
}

const missing = whyNot("tensorflow") ?? missingData("data/msrc") ??
  (cachedWeights() === undefined ? `no ${WHOLE_WEIGHTS} in the cache` : undefined);

testUnless(
  missing,
  "encode() of the whole Lite0 gives five photos the classes of PyTorch's port",
  async () => {
    await tf.setBackend("tensorflow");
    const { tensors } = readWeights(cachedWeights()!);
    const store = new ParameterStore(encoderSpecs(WHOLE), 0);
    store.load(tensors);
    for (const [name, expected] of Object.entries(EXPECTED)) {
      const x = await inputOf(name);
      const tape = new Tape({ recording: false });
      const features = encode(new ForwardPass(tape, store, { training: false }), tape.constant(x), WHOLE);
      assert.equal(classOf(features.tensor as tf.Tensor4D, tensors), expected, name);
      tape.dispose();
      x.dispose();
    }
    store.dispose();
  },
);
