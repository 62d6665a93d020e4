import { guidedMixStep, type StepResult } from "../method/guided_mix_step.ts";
import type { StepDraws } from "../method/step_draws.ts";
import type { Observation } from "../nn/tape.ts";
import { IGNORE_LABEL } from "../nn/cross_entropy.ts";
import { numbersOf, type Produced } from "./comparison.ts";
import { outside } from "./layouts.ts";
import type { TrainingSetup } from "./training_setup.ts";

/** What passed through a step: tensors by name, and the gradients that reached them. */
export interface Captured {
  readonly values: ReadonlyMap<string, Produced>;
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

/** Runs a step of a case and keeps what it observes. The caller disposes the result's gradients. */
export async function captureStep(
  setup: TrainingSetup,
  step: number,
  draws: StepDraws,
): Promise<{ result: StepResult; captured: Captured }> {
  let captured: Captured | undefined;
  const result = await guidedMixStep(setup.network, setup.batch, setup.recipe, {
    seed: 0,
    iteration: step - 1,
    iterations: setup.rampUpLength,
    draws,
    observe: async (observations) => {
      captured = await capture(observations);
    },
  });
  return { result, captured: captured! };
}

/** Share of labeled pixels whose class is right, in percent: the official `acc_seg`. */
export function pixelAccuracy({ ledger }: TrainingSetup, { values }: Captured): number {
  const { data, shape } = values.get("M_l_resized")!;
  const labels = numbersOf(ledger.file.tensors.get("in/gt")!);
  const [, classes, h, w] = shape as [number, number, number, number];
  let [hits, count] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === IGNORE_LABEL) continue;
    const start = Math.floor(i / (h * w)) * classes * h * w + i % (h * w);
    let best = 0;
    for (let k = 1; k < classes; k++) if (data[start + k * h * w]! > data[start + best * h * w]!) best = k;
    count++;
    if (best === labels[i]) hits++;
  }
  return 100 * hits / count;
}
