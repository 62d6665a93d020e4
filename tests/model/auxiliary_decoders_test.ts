import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { decodeAuxiliary, inShuffleOrder } from "../../src/model/auxiliary_decoders.ts";
import { ForwardPass } from "../../src/model/forward_pass.ts";
import { Network } from "../../src/model/network.ts";
import { Tape } from "../../src/nn/tape.ts";
import { assertClose, normal, numericTest, take } from "../numeric.ts";
import { SMALL } from "../method/small_step.ts";

const NONE = { vat: 0, dropout: 0, cutOut: 0, context: 0, object: 0, featureDrop: 0, noise: 0 };
const WITH = { ...SMALL, auxiliary: { ...NONE, dropout: 2, noise: 1 } };

numericTest("inShuffleOrder() puts the pixels of a feature one after the other, quarter by quarter", () => {
  const numbers = tf.tensor4d(Array.from({ length: 32 }, (_, i) => i), [1, 4, 8, 1]);
  const ordered = inShuffleOrder(numbers, 2);
  assert.deepEqual(ordered.shape, [1, 1, 32, 1]);
  const first = [0, 1, 8, 9, 2, 3, 10, 11, 16, 17, 24, 25, 18, 19, 26, 27];
  assert.deepEqual([...take(ordered)], [...first, ...first.map((place) => place + 4)]);
  numbers.dispose();
});

numericTest(
  "decodeAuxiliary() is a convolution, then by turns convolution, rectifier and pixel shuffle",
  () => {
    const network = new Network(WITH, 7);
    const tape = new Tape({ recording: false });
    const pass = new ForwardPass(tape, network.parameters, { training: false });
    const features = normal([2, 2, 3, 4], "features") as tf.Tensor4D;
    const name = "aux_decoders.dropout.1";
    const own = decodeAuxiliary(pass, name, tape.constant(features));
    assert.deepEqual(own.shape, [2, 2, 3 * 64, 3]);
    const expected = tf.tidy(() => {
      const at = (i: number, part: string) => network.parameters.tensor(`${name}.${i}.${part}`);
      let map = tf.conv2d(features, at(0, "weight") as tf.Tensor4D, 1, "valid");
      for (const i of [1, 2, 3]) {
        const four = tf.relu(
          tf.add(tf.conv2d(map, at(i, "weight") as tf.Tensor4D, 1, "valid"), at(i, "bias")),
        );
        const [n, h, w, c] = four.shape as [number, number, number, number];
        const places = tf.split(four, 4, 3).map((place) => tf.reshape(place, [n, h, w, 1, c / 4]));
        const [upper, lower] = [places.slice(0, 2), places.slice(2)].map((row) =>
          tf.reshape(tf.concat(row, 3), [n, h, 1, 2 * w, c / 4])
        );
        map = tf.reshape(tf.concat([upper!, lower!], 2), [n, 2 * h, 2 * w, c / 4]);
      }
      return inShuffleOrder(map, 3);
    });
    assertClose(take(tf.clone(own.tensor)), take(expected), { ofMaximum: 1e-6 });
    tape.dispose();
    network.dispose();
    features.dispose();
  },
);

numericTest("Network predicts the same bits without auxiliary decoders", () => {
  const [network, plain] = [new Network(WITH, 7), new Network(SMALL, 7)];
  const images = normal([2, 33, 41, 3], "images") as tf.Tensor4D;
  const before = take(network.logits(images));
  assert.deepEqual(take(plain.logits(images)), before, "start values do not depend on them");
  network.removeTrainingParts();
  assert.ok(network.parameters.names().every((name) => !name.startsWith("aux_decoders")));
  assert.deepEqual(take(network.logits(images)), before);
  for (const part of [network, plain, images]) part.dispose();
});

Deno.test("Auxiliary decoders begin without checkerboard: the four places of a shuffle have the same weights", async () => {
  const network = new Network(WITH, 7);
  const weights = (await network.export()).get("aux_decoders.noise.0.2.weight")!;
  assert.deepEqual(weights.shape, [12, 3, 1, 1]);
  const places = [0, 1, 2, 3].map((place) => weights.data.slice(9 * place, 9 * place + 9));
  for (const place of places) assert.deepEqual(place, places[0]);
  assert.equal(new Set(places[0] as Float32Array).size, 9);
  network.dispose();
});
