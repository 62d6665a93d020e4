import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  type DecoupleOptions,
  type GuidedMixOptions,
  PAPER_MIX,
  type UnsupervisedOptions,
} from "../../src/config/objectives/guided_mix.ts";
import { consistencyLoss } from "../../src/method/consistency_loss.ts";
import { Tape, type Value } from "../../src/nn/tape.ts";
import { assertClose, checkGradients, normal, numericTest } from "../numeric.ts";

const PAIRS = { labeled: [1, 0, 1], unlabeled: [0, 1, 2] };
const NAMES = ["mixed", "labeled", "unlabeled"] as const;

type Parts = Pick<GuidedMixOptions, "decouple" | "unsup">;

function recipe(unsup: Partial<UnsupervisedOptions>, decouple: Partial<DecoupleOptions> = {}): Parts {
  return { decouple: { ...PAPER_MIX.decouple, ...decouple }, unsup: { ...PAPER_MIX.unsup, ...unsup } };
}

function predictions(): tf.Tensor[] {
  return [normal([3, 2, 2, 3], "mixed"), normal([2, 2, 2, 3], "labeled"), normal([3, 2, 2, 3], "unlabeled")];
}

function lossOf(tape: Tape, [mixed, labeled, unlabeled]: readonly Value[], parts: Parts): Value {
  return consistencyLoss(
    tape,
    { mixed: mixed!, labeled: labeled!, unlabeled: unlabeled! },
    PAIRS,
    0.3,
    parts,
  );
}

/** Which of the three predictions get a gradient that is not zero everywhere. */
function reached(parts: Parts): string[] {
  const inputs = predictions();
  const tape = new Tape();
  const gradients = tape.backward(lossOf(tape, inputs.map((tensor) => tape.parameter(tensor)), parts));
  const names = NAMES.filter((_, i) => gradients.get(inputs[i]!)?.dataSync().some((value) => value !== 0));
  tf.dispose([...gradients.values(), ...inputs]);
  tape.dispose();
  return names;
}

const SPACES = ["logits", "probabilities"] as const;

numericTest("consistencyLoss() lets exactly no gradient into the side that is constant", () => {
  for (const space of SPACES) {
    for (const mode of ["soft", "hard"] as const) {
      assert.deepEqual(reached(recipe({ target: "M_u_dec" }, { space, mode })), ["unlabeled"]);
      assert.deepEqual(reached(recipe({ target: "M_u" }, { space, mode })), ["mixed", "labeled"]);
    }
  }
  assert.deepEqual(reached(recipe({ target: "M_u", loss: "focal-hard" })), ["mixed", "labeled"]);
});

/** The other predictions as constants: a finite difference would move the target too. */
function checkSide(learning: readonly number[], parts: Parts): void {
  const inputs = predictions();
  const kept = learning.map((i) => inputs[i]!);
  checkGradients(kept, (tape, values) => {
    const all = inputs.map((tensor, i) =>
      learning.includes(i) ? values[learning.indexOf(i)]! : tape.constant(tensor)
    );
    return lossOf(tape, all, parts);
  });
  tf.dispose(inputs);
}

numericTest("consistencyLoss() gives the learning side the gradient of finite differences", () => {
  for (const space of SPACES) {
    checkSide([2], recipe({ target: "M_u_dec" }, { space }));
    checkSide([0, 1], recipe({ target: "M_u" }, { space, normalize: true }));
  }
  checkSide([0, 1], recipe({ target: "M_u", loss: "focal-hard" }));
});

numericTest("consistencyLoss() is 0 where the mix adds up and is compared at its own size", () => {
  const [unused, labeled, unlabeled] = predictions();
  const mixed = tf.tidy(() => {
    const first = tf.gather(labeled!, tf.tensor1d(PAIRS.labeled, "int32"));
    return tf.add(tf.mul(first, 0.3), tf.mul(unlabeled!, 0.7));
  });
  const tape = new Tape({ recording: false });
  const values = [mixed, labeled!, unlabeled!].map((tensor) => tape.constant(tensor));
  const [whole] = lossOf(tape, values, recipe({}, { normalize: true })).tensor.dataSync();
  assertClose([whole!], [0], { ofMaximum: 0, absolute: 1e-10 });
  // what soft decoupling leaves undivided is 0.7 M_u, held against all of it
  const [rest] = lossOf(tape, values, recipe({})).tensor.dataSync();
  const mean = tf.tidy(() => tf.mean(tf.square(unlabeled!)).dataSync()[0]!);
  assertClose([rest!], [0.09 * mean], { ofMaximum: 1e-5 });
  tape.dispose();
  tf.dispose([unused!, mixed, labeled!, unlabeled!]);
});
