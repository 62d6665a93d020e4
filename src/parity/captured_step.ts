import { guidedMixStep, type StepResult } from "../method/guided_mix_step.ts";
import type { StepDraws } from "../method/step_draws.ts";
import type { Observation } from "../nn/tape.ts";
import { IGNORE_LABEL } from "../nn/cross_entropy.ts";
import { largestFinite, numbersOf, type Produced } from "./comparison.ts";
import { outside, row } from "./layouts.ts";
import { toleranceOf } from "./tolerances.ts";
import type { ReferenceDecisions } from "./reference_decisions.ts";
import type { TrainingSetup } from "./training_setup.ts";

/** What `pixelAccuracy` reads. */
const ACCURACY_LOGITS = "M_l_resized";

/** What passed through a step: tensors by name, and the gradients that reached them. */
export interface Captured {
  /** Tensors, `[N, C, H, W]`. */
  readonly values: ReadonlyMap<string, Produced>;
  /** Their gradients, where one flowed. */
  readonly gradients: ReadonlyMap<string, Produced>;
}

/** Copies what a tape observed, in the layout of files. */
export async function capture(observations: ReadonlyMap<string, Observation>): Promise<Captured> {
  const values = new Map<string, Produced>();
  const gradients = new Map<string, Produced>();
  for (const [name, { value, gradient }] of observations) {
    values.set(name, await outside(value.tensor, "forward"));
    if (gradient !== undefined) gradients.set(name, await outside(gradient, "gradient"));
  }
  return { values, gradients };
}

/**
 * Runs a step of a case and keeps what it observes: in the first step everything. Later steps run as training does, with
 * the image pool's branch apart, which states, losses and evaluation then cover. The caller disposes the result's gradients.
 * @param decisions Of the step, where the reference lists some
 */
export async function captureStep(
  setup: TrainingSetup,
  step: number,
  draws: StepDraws,
  decisions?: ReferenceDecisions,
): Promise<{ result: StepResult; captured: Captured }> {
  let captured: Captured | undefined;
  const result = await guidedMixStep(setup.network, setup.batch, setup.recipe, {
    seed: 0,
    iteration: step - 1,
    iterations: setup.rampUpLength,
    draws,
    decisions,
    observed: step === 1 ? undefined : [ACCURACY_LOGITS],
    observe: async (observations) => {
      captured = await capture(observations);
    },
  });
  return { result, captured: captured! };
}

/** The most probable class of a pixel, and whether the next one is as near as the forward tolerance lets it be. */
function bestClass(logits: ArrayLike<number>, start: number, step: number, classes: number, near: number) {
  let [best, first, second] = [0, -Infinity, -Infinity];
  for (let k = 0; k < classes; k++) {
    const logit = logits[start + k * step]!;
    if (logit > first) [best, first, second] = [k, logit, first];
    else if (logit > second) second = logit;
  }
  return { best, tied: first - second <= near };
}

/** Share of labeled pixels whose class is right, in percent: the official `acc_seg`. */
export function pixelAccuracy({ ledger }: TrainingSetup, { values }: Captured): Produced {
  const { data, shape } = values.get(ACCURACY_LOGITS)!;
  const labels = numbersOf(ledger.file.tensors.get("in/gt")!);
  const [, classes, h, w] = shape as [number, number, number, number];
  const near = 2 * toleranceOf("forward", largestFinite(data));
  let [hits, ties, count] = [0, 0, 0];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === IGNORE_LABEL) continue;
    const start = Math.floor(i / (h * w)) * classes * h * w + i % (h * w);
    const { best, tied } = bestClass(data, start, h * w, classes, near);
    count++;
    if (best === labels[i]) hits++;
    if (tied) ties++;
  }
  return { ...row([100 * hits / count], "accuracy"), slack: 100 * ties / count };
}
