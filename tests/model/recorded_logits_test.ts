import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../../src/backends/native.ts";
import { RecordedLogits } from "../../src/model/recorded_logits.ts";
import { ParameterStore } from "../../src/nn/parameters.ts";
import type { FeatureMap } from "../../src/nn/tensors.ts";
import { numericTest } from "../numeric.ts";

numericTest("RecordedLogits goes on op by op where an op cannot be recorded, and keeps why", () => {
  const [store, images] = [new ParameterStore([], 0), tf.ones<tf.Rank.R4>([1, 2, 2, 3])];
  const logits = new RecordedLogits(store, []);
  // how many places are above 0 is not known before it runs
  const wheres = () =>
    tf.tidy(() => {
      const [place] = nativeBackend()!.executeMultipleOutputs("Where", [], [images], 1);
      return tf.reshape(tf.cast(place!, "float32"), [1, 4, 3, 4]) as FeatureMap;
    });
  for (let use = 0; use < 3; use++) {
    const result = logits.run(images, "wheres", wheres);
    assert.deepEqual([...result.dataSync().slice(-4)], [0, 1, 1, 2]);
    result.dispose();
  }
  assert.equal(logits.kept, 0);
  assert.match(logits.refused!, /^Cannot record Where\(.*\): the shape of output 0 is not known/);
  logits.dispose();
  images.dispose();
}, ["tensorflow"]);
