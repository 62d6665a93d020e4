import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { MovingThresholds } from "../../src/config/model_options.ts";
import type { BatchShare } from "../../src/method/batch_share.ts";
import { thresholdOf } from "../../src/method/moving_thresholds.ts";
import type { Step } from "../../src/method/objectives/step.ts";
import { disposeTarget, pseudoTarget } from "../../src/method/pseudo_labels.ts";
import { THRESHOLD_STATE, thresholdSpecs } from "../../src/model/moving_thresholds.ts";
import { ParameterStore } from "../../src/nn/parameters.ts";
import { assertClose, numericTest } from "../numeric.ts";

const CLASSES = 3;

/** One image of four pixels; class 2 is nowhere the most probable. */
const P = [[0.98, 0.01, 0.01], [0.3, 0.6, 0.1], [0.1, 0.7, 0.2], [0.8501, 0.0999, 0.05]];

function storeOf(thresholds: MovingThresholds): ParameterStore {
  return new ParameterStore(thresholdSpecs({ thresholds, classes: CLASSES }), 1);
}

/** Labels of the pixels by thresholds that a store's state makes. */
function labelsOf(
  parameters: ParameterStore,
  { rule, start }: MovingThresholds,
  pixels: readonly (readonly number[])[] = P,
  share?: Partial<BatchShare>,
): number[] {
  const logits = tf.tensor4d(pixels.flat().map(Math.log), [1, 1, pixels.length, CLASSES]);
  const step = { network: { parameters }, context: { share } } as unknown as Step;
  const threshold = thresholdOf(step, { threshold: start, thresholds: rule });
  const target = pseudoTarget(logits, [1, pixels.length], false, threshold, "hard");
  const labels = [...target.labels.dataSync()];
  logits.dispose();
  disposeTarget(target);
  return labels;
}

function stateOf(parameters: ParameterStore, name: keyof typeof THRESHOLD_STATE): number[] {
  return [...parameters.tensor(THRESHOLD_STATE[name]).dataSync()];
}

Deno.test("thresholdOf() of fixed thresholds is the number", () => {
  assert.equal(
    thresholdOf({ network: {}, context: {} } as Step, { threshold: 0.9, thresholds: "fixed" }),
    0.9,
  );
  assert.deepEqual(thresholdSpecs({ classes: CLASSES }), []);
});

numericTest("adaptive thresholds follow the mean of the best of each class that is predicted", () => {
  const thresholds = { rule: "adaptive", start: 0.85 } as const;
  const parameters = storeOf(thresholds);
  // the second pixel is below what the threshold was, and above what this step makes of it
  const moved = 0.999 * 0.85 + 0.001 * (0.98 + 0.7) / 2;
  assert.deepEqual(labelsOf(parameters, thresholds, [P[0]!, [0.849995, 0.1, 0.050005], P[2]!]), [0, 0, 255]);
  assertClose(stateOf(parameters, "threshold"), [moved], { ofMaximum: 3e-7 });
  const again = 0.999 * moved + 0.001 * 0.98;
  assert.deepEqual(labelsOf(parameters, thresholds, [P[0]!]), [0]);
  assertClose(stateOf(parameters, "threshold"), [again], { ofMaximum: 3e-7 });
  parameters.dispose();
});

numericTest("thresholds by class follow the mean confidence and each class's share of it", () => {
  const thresholds = { rule: "by-class", start: 0.9 } as const;
  const parameters = storeOf(thresholds);
  assertClose(
    [...stateOf(parameters, "confidence"), ...stateOf(parameters, "classes")],
    Array(4).fill(1 / 3),
    {
      ofMaximum: 1e-7,
    },
  );
  parameters.replace(THRESHOLD_STATE.confidence, tf.tensor1d([0.9]));
  parameters.replace(THRESHOLD_STATE.classes, tf.tensor1d([0.3, 0.2, 0.5]));
  // of 0.54 and 0.36
  assert.deepEqual(labelsOf(parameters, thresholds, [[0.53, 0.27, 0.2], [0.31, 0.37, 0.32], P[0]!]), [
    255,
    1,
    0,
  ]);
  assertClose(stateOf(parameters, "confidence"), [0.999 * 0.9 + 0.001 * (0.53 + 0.37 + 0.98) / 3], {
    ofMaximum: 1e-6,
  });
  const means = [0.53 + 0.31 + 0.98, 0.27 + 0.37 + 0.01, 0.2 + 0.32 + 0.01].map((sum) => sum / 3);
  assertClose(
    stateOf(parameters, "classes"),
    [0.3, 0.2, 0.5].map((before, i) => 0.999 * before + 0.001 * means[i]!),
    { ofMaximum: 1e-6 },
  );
  parameters.dispose();
});

numericTest("thresholds by class ask of a class that is predicted seldom less than of another", () => {
  const thresholds = { rule: "by-class", start: 0 } as const;
  const parameters = storeOf(thresholds);
  parameters.replace(THRESHOLD_STATE.confidence, tf.tensor1d([0.8]));
  parameters.replace(THRESHOLD_STATE.classes, tf.tensor1d([0.6, 0.3, 0.1]));
  assert.deepEqual(labelsOf(parameters, thresholds, [[0.7, 0.2, 0.1], [0.2, 0.7, 0.1]]), [255, 1]);
  parameters.dispose();
});

/** Two processes, of which this is the first and the other has the pixels of `theirs`. */
function shareWith(theirs: readonly (readonly number[])[]): Partial<BatchShare> {
  const winners = theirs.map((p) => p.indexOf(Math.max(...p)));
  const best = Array.from(
    { length: CLASSES },
    (_, c) => Math.max(0, ...theirs.filter((_, i) => winners[i] === c).map((p) => p[c]!)),
  );
  const means = [1, ...P[0]!].map((_, i) =>
    theirs.reduce((sum, p) => sum + (i === 0 ? Math.max(...p) : p[i - 1]!), 0) / theirs.length
  );
  const mean = (own: tf.Tensor) =>
    tf.div(tf.add(own, own.size === 1 ? means[0]! : tf.tensor1d(means.slice(1))), 2);
  return { gatherTensor: (own) => tf.concat([own, tf.tensor2d([best])], 0), mean };
}

for (const rule of ["adaptive", "by-class"] as const) {
  numericTest(`${rule} thresholds of two processes follow what one with all images does`, () => {
    const thresholds = { rule, start: 0.6 };
    const [together, alone] = [storeOf(thresholds), storeOf(thresholds)];
    labelsOf(together, thresholds, P.slice(0, 2), shareWith(P.slice(2)));
    labelsOf(alone, thresholds, P);
    for (const { name } of alone.specs()) {
      assertClose(together.tensor(name).dataSync(), alone.tensor(name).dataSync(), { ofMaximum: 1e-6 }, name);
    }
    together.dispose();
    alone.dispose();
  });
}
