import * as tf from "@tensorflow/tfjs-core";
import { probabilitiesAt, slideLogits } from "../eval/inference.ts";
import type { StepResult } from "../method/guided_mix_step.ts";
import type { StepDraws } from "../method/step_draws.ts";
import type { FeatureMap } from "../nn/tensors.ts";
import { polyLearningRate } from "../train/schedule.ts";
import { Sgd } from "../train/sgd.ts";
import { type Captured, captureStep, pixelAccuracy } from "./captured_step.ts";
import { numbersOf } from "./comparison.ts";
import { putFirstStep } from "./first_step.ts";
import { outside, row, scalar } from "./layouts.ts";
import type { Ledger, Reasons, Results } from "./ledger.ts";
import { schedule, sgdOptions } from "./model_from_info.ts";
import { referenceDecisions } from "./reference_decisions.ts";
import type { TensorKind } from "./tolerances.ts";
import { drawAgain, putPairs } from "./training_draws.ts";
import { setUpTraining, type TrainingSetup } from "./training_setup.ts";

/** Names of our losses in the files. */
const LOSS_NAMES = {
  ce: "loss_ce",
  usup: "loss_unlabeled",
  cla: "loss_cla",
  dec: "loss_dec",
  total: "loss_total",
};

/** Window and stride of the exporter's sliding inference, and the size of its probabilities. */
const SLIDE = { crop: { height: 49, width: 41 }, stride: { height: 33, width: 27 } };
const ORIGINAL = { height: 97, width: 83 };

function kindOf(name: string, step: number): TensorKind {
  if (name.endsWith("num_batches_tracked")) return "exact";
  if (step > 1) return "parameter3";
  return /running_(mean|var)$/.test(name) ? "statistic1" : "parameter1";
}

/** Parameters and running statistics after a step; those that nothing reaches have their start values. */
async function putState({ network, dead }: TrainingSetup, step: number, results: Results): Promise<void> {
  for (const [name, stored] of await network.export()) {
    const kind = kindOf(name, step);
    results.set(`state${step}/${name}`, { kind, shape: stored.shape, data: numbersOf(stored) });
  }
  for (const [name, stored] of dead) {
    results.set(`state${step}/${name}`, { kind: "exact", shape: stored.shape, data: numbersOf(stored) });
  }
}

/** `captureStep`, with the reference's decisions at an edge; what became of them goes into the ledger. */
async function captureAtEdges(
  setup: TrainingSetup,
  step: number,
  draws: StepDraws,
): Promise<{ result: StepResult; captured: Captured }> {
  const decisions = referenceDecisions(setup.ledger, step);
  try {
    const made = await captureStep(setup, step, draws, decisions);
    if (decisions !== undefined) setup.ledger.noteEdges(await decisions.findings());
    return made;
  } finally {
    decisions?.dispose();
  }
}

async function runStep(
  setup: TrainingSetup,
  step: number,
  sgd: Sgd,
  results: Results,
  reasons: Reasons,
): Promise<void> {
  const rate = polyLearningRate(schedule(setup.info), step - 1);
  const draws = drawAgain(setup, step, results);
  const { result, captured } = await captureAtEdges(setup, step, draws);
  for (const [ours, theirs] of Object.entries(LOSS_NAMES)) {
    const loss = result.losses[ours];
    if (loss !== undefined) results.set(`step${step}/${theirs}`, scalar(loss, "loss"));
  }
  results.set(`step${step}/lr`, row([rate], "schedule"));
  results.set(`step${step}/rampup`, row([result.ramp], "schedule"));
  results.set(`step${step}/acc_seg`, pixelAccuracy(setup, captured));
  if (result.pairs !== undefined) putPairs(setup, step, result.pairs, results);
  if (step === 1) await putFirstStep(setup, { result, captured }, draws, results, reasons);
  sgd.step(setup.network.parameters, result.gradients, rate);
}

/** Inference of the first unlabeled image with the parameters of the third step. */
async function putInference({ network, batch }: TrainingSetup, results: Results): Promise<void> {
  const { alignCorners } = network.options.decoder;
  const made = tf.tidy(() => {
    const image = tf.slice(batch.unlabeled, [0, 0, 0, 0], [1, -1, -1, -1]) as FeatureMap;
    const logits = network.logits(image);
    return {
      "eval/logits": logits,
      "eval/softmax_97x83": probabilitiesAt(logits, ORIGINAL, alignCorners),
      "eval/slide_logits": slideLogits(network, image, SLIDE),
    };
  });
  for (const [name, tensor] of Object.entries(made)) results.set(name, await outside(tensor, "inference"));
  tf.dispose(made);
}

/** Three training steps of a case from its start values, and inference afterwards. */
export async function runTraining(ledger: Ledger): Promise<void> {
  const setup = setUpTraining(ledger);
  const sgd = new Sgd(sgdOptions(setup.info));
  const results: Results = new Map();
  const reasons: Reasons = new Map();
  try {
    for (const step of [1, 2, 3]) {
      await runStep(setup, step, sgd, results, reasons);
      if (step !== 2) await putState(setup, step, results);
    }
    await putInference(setup, results);
  } finally {
    // what was computed before an error is still compared
    ledger.settle(results, reasons);
    sgd.dispose();
    setup.dispose();
  }
}
