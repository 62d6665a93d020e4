import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import type { DecoupleOptions } from "../../src/config/objectives/guided_mix.ts";
import { decouple } from "../../src/method/decoupling.ts";
import { Tape } from "../../src/nn/tape.ts";
import { assertClose, checkGradients, normal, numericTest } from "../numeric.ts";
import { evaluate, lambda, logits, motion, movedTensor } from "./predictions.ts";

const SOFT: DecoupleOptions = { mode: "soft", space: "logits", normalize: false, constantShare: false };
const HARD: DecoupleOptions = { ...SOFT, mode: "hard" };
const NEAR = { ofMaximum: 1e-5, absolute: 1e-5 };
const RUNS = { numRuns: 20 };

type Numbers = readonly number[] | Float32Array;

function decoupled(mixed: Numbers, labeled: Numbers, share: number, options: DecoupleOptions): Float32Array {
  return evaluate(
    [Array.from(mixed), Array.from(labeled)],
    (tape, [m, l]) => decouple(tape, m!, l!, share, options),
  );
}

function sum(a: Numbers, x: number, b: Numbers, y: number): number[] {
  return Array.from(a, (value, i) => x * value + y * b[i]!);
}

numericTest("decouple() takes λ of the labeled prediction, or all of it, and divides where asked", () => {
  const [mixed, labeled] = [Array(72).fill(3), Array(72).fill(4)];
  assertClose(decoupled(mixed, labeled, 0.25, SOFT), Array(72).fill(2), NEAR);
  assertClose(decoupled(mixed, labeled, 0.25, HARD), Array(72).fill(-1), NEAR);
  assertClose(decoupled(mixed, labeled, 0.25, { ...SOFT, normalize: true }), Array(72).fill(2 / 0.75), NEAR);
  assertClose(decoupled(mixed, labeled, 0.25, { ...HARD, normalize: true }), Array(72).fill(-1), NEAR);
});

numericTest("soft decouple() undoes the mixing of predictions that add up", () => {
  fc.assert(
    fc.property(logits, logits, lambda, (labeled, unlabeled, share) => {
      const mixed = sum(labeled, share, unlabeled, 1 - share);
      assertClose(decoupled(mixed, labeled, share, SOFT), unlabeled.map((u) => (1 - share) * u), NEAR);
      assertClose(decoupled(mixed, labeled, share, { ...SOFT, normalize: true }), unlabeled, NEAR);
    }),
    RUNS,
  );
});

numericTest("hard decouple() equals the soft one at λ = 1, whatever its own λ", () => {
  fc.assert(
    fc.property(logits, logits, lambda, (mixed, labeled, share) => {
      assertClose(decoupled(mixed, labeled, share, HARD), decoupled(mixed, labeled, 1, SOFT), {
        ofMaximum: 0,
      });
    }),
    RUNS,
  );
});

numericTest("decouple() of logits is linear in its arguments", () => {
  const factor = fc.double({ min: -2, max: 2, noNaN: true });
  fc.assert(
    fc.property(logits, logits, logits, logits, factor, lambda, (m1, l1, m2, l2, x, share) => {
      for (const options of [SOFT, HARD, { ...SOFT, normalize: true }]) {
        const whole = decoupled(sum(m1, x, m2, 1), sum(l1, x, l2, 1), share, options);
        const parts = sum(decoupled(m1, l1, share, options), x, decoupled(m2, l2, share, options), 1);
        assertClose(whole, parts, { ofMaximum: 1e-5, absolute: 2e-5 });
      }
    }),
    RUNS,
  );
});

numericTest(
  "decouple() is equivariant under permutations of images, positions and classes, and under flips",
  () => {
    const space = fc.constantFrom("logits" as const, "probabilities" as const);
    fc.assert(
      fc.property(logits, logits, lambda, space, motion, (mixed, labeled, share, space, how) => {
        tf.tidy(() => {
          const options = { ...SOFT, space };
          const before = evaluate(
            [movedTensor(mixed, how), movedTensor(labeled, how)],
            (tape, [m, l]) => decouple(tape, m!, l!, share, options),
          );
          const after = movedTensor(decoupled(mixed, labeled, share, options), how).dataSync();
          assertClose(before, after, { ofMaximum: 1e-6, absolute: 1e-6 }, how.name);
        });
      }),
      { numRuns: 40 },
    );
  },
);

numericTest(
  "decouple() on probabilities leaves sums of 1 − λ, or of 1 where it divides, over the classes",
  () => {
    fc.assert(
      fc.property(logits, logits, lambda, (mixed, labeled, share) => {
        for (const [normalize, total] of [[false, 1 - share], [true, 1]] as const) {
          const left = decoupled(mixed, labeled, share, { ...SOFT, space: "probabilities", normalize });
          const sums = Array.from(
            { length: 24 },
            (_, i) => left[3 * i]! + left[3 * i + 1]! + left[3 * i + 2]!,
          );
          assertClose(
            sums,
            sums.map(() => total),
            { ofMaximum: 1e-5 },
          );
        }
      }),
      RUNS,
    );
  },
);

numericTest("decouple() has the gradients of finite differences, and none into a constant share", () => {
  const inputs = [normal([2, 2, 2, 3], "mixed"), normal([2, 2, 2, 3], "labeled")];
  for (const space of ["logits", "probabilities"] as const) {
    for (const options of [SOFT, HARD, { ...SOFT, normalize: true }]) {
      checkGradients(inputs, (tape, [m, l]) => decouple(tape, m!, l!, 0.3, { ...options, space }));
    }
  }
  const tape = new Tape();
  const [mixed, labeled] = inputs.map((tensor) => tape.parameter(tensor));
  const gradients = tape.backwardFrom([[
    decouple(tape, mixed!, labeled!, 0.3, { ...SOFT, constantShare: true }),
    tf.ones([2, 2, 2, 3]),
  ]]);
  assert.deepEqual([...gradients.keys()], [inputs[0]]);
  tf.dispose([...gradients.values(), ...inputs]);
  tape.dispose();
});

numericTest("decouple() refuses λ outside [0, 1], λ = 1 where it divides, and shapes that differ", () => {
  const [mixed, other] = [tf.zeros([1, 2, 2, 3]), tf.zeros([1, 2, 2, 4])];
  const tape = new Tape({ recording: false });
  const [m, o] = [tape.constant(mixed), tape.constant(other)];
  const refused = { name: "RangeError", message: /the coefficient is .*, expected a number in \[0, 1\)/ };
  for (const share of [-0.1, 1.1, NaN]) assert.throws(() => decouple(tape, m, m, share, SOFT), refused);
  assert.throws(() => decouple(tape, m, m, 1, { ...SOFT, normalize: true }), refused);
  assert.throws(() => decouple(tape, m, o, 0.3, SOFT), { name: "RangeError", message: /\[1, 2, 2, 4\]/ });
  tape.dispose();
  tf.dispose([mixed, other]);
});
