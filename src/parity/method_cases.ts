/** Cases of `fn-method`: what the paper has and the official code lacks. */
import * as tf from "@tensorflow/tfjs-core";
import { numpyRandomState } from "../core/random.ts";
import { decouple } from "../method/decoupling.ts";
import { drawMixCoefficient } from "../method/mix_coefficient.ts";
import { mix } from "../method/mixing.ts";
import { distances, nearest, nearestPairs, type PooledFeatures } from "../method/pairing.ts";
import { rampUp } from "../method/ramp_up.ts";
import { globalAveragePool } from "../nn/pool_and_resize.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import { reshape } from "../nn/arithmetic.ts";
import type { CaseRunner, CaseView } from "./case_view.ts";
import { differentiate } from "./differentiate.ts";
import { indices, inside, outside, row } from "./layouts.ts";
import { runClassifier, runLabeledMix, runUnsupervised } from "./method_losses.ts";
import { runMitrans } from "./module_cases.ts";
import { decoupleOptions } from "./recipe_from_info.ts";

async function runPool(view: CaseView): Promise<void> {
  const features = inside(view.input("features"));
  const [n, , , c] = features.shape as [number, number, number, number];
  const pool = globalAveragePool;
  await differentiate({ features }, (tape, { features }) => reshape(tape, pool(tape, features!), [n, c]), {
    seed: inside(view.input("cotangent")),
    async done(output, gradients) {
      view.put("out", await outside(output, "forward"));
      view.put("grad_features", await outside(gradients.features!, "gradient"));
    },
  });
  features.dispose();
}

function pooledFeatures(stored: StoredTensor): PooledFeatures {
  return { values: stored.data as Float32Array, count: stored.shape[0]! };
}

function runNearest(view: CaseView): void {
  const [labeled, unlabeled] = [view.input("labeled"), view.input("unlabeled")].map(pooledFeatures) as [
    PooledFeatures,
    PooledFeatures,
  ];
  const direction = view.info.pair_direction as "labeled" | "unlabeled";
  const [queries, keys] = direction === "unlabeled" ? [unlabeled, labeled] : [labeled, unlabeled];
  const pairs = nearestPairs(labeled, unlabeled, direction);
  const found = nearest(queries, keys);
  const same = direction === "unlabeled" ? pairs.labeled : pairs.unlabeled;
  if (found.join() !== same.join()) throw new Error(`nearestPairs gives ${same}, nearest ${found}`);
  view.put("pairs", row(found, "exact"));
  const shape = [queries.count, keys.count];
  view.put("distances", { kind: "forward", shape, data: distances(queries, keys) });
}

async function runMix(view: CaseView): Promise<void> {
  const pairs = { labeled: indices(view.input("pair_l")), unlabeled: indices(view.input("pair_u")) };
  const lambda = view.info.lam as number;
  const inputs = { labeled: inside(view.input("labeled")), unlabeled: inside(view.input("unlabeled")) };
  await differentiate(
    inputs,
    (tape, { labeled, unlabeled }) => mix(tape, labeled!, unlabeled!, pairs, lambda),
    {
      seed: inside(view.input("cotangent")),
      async done(output, gradients) {
        view.put("out", await outside(output, "forward"));
        view.put("grad_labeled", await outside(gradients.labeled!, "gradient"));
        view.put("grad_unlabeled", await outside(gradients.unlabeled!, "gradient"));
      },
    },
  );
  tf.dispose(inputs);
}

async function runDecouple(view: CaseView): Promise<void> {
  const options = decoupleOptions(view.info, "decouple");
  const lambda = view.info.lam as number;
  const inputs = { mixed: inside(view.input("mixed")), labeled: inside(view.input("labeled")) };
  await differentiate(
    inputs,
    (tape, { mixed, labeled }) => decouple(tape, mixed!, labeled!, lambda, options),
    {
      seed: inside(view.input("cotangent")),
      async done(output, gradients) {
        view.put("out", await outside(output, "forward"));
        view.put("grad_mixed", await outside(gradients.mixed!, "gradient"));
        view.put("grad_labeled", await outside(gradients.labeled!, "gradient"));
      },
    },
  );
  tf.dispose(inputs);
}

function runLambda(view: CaseView): void {
  const stream = numpyRandomState(view.info.numpy_seed as number);
  const limit = view.info.limit as number;
  const drawn = indices(view.input("lam")).map(() => drawMixCoefficient(stream, limit).value);
  view.put("lam", row(drawn, "exact"));
}

function runRampUp(view: CaseView): void {
  const length = view.info.ramp_up_iterations as number;
  const weights = indices(view.input("iteration")).map((iteration) => rampUp(iteration, length));
  view.put("weight", row(weights, "schedule"));
}

/** By the second part of the tensors' names. */
export const METHOD_CASES: Readonly<Record<string, CaseRunner>> = {
  pool: runPool,
  nearest: runNearest,
  mix: runMix,
  decouple: runDecouple,
  usup: runUnsupervised,
  cla: runClassifier,
  dec: runLabeledMix,
  lambda: runLambda,
  rampup: runRampUp,
  mitrans: runMitrans,
};
