import type { Branches } from "../model/branches.ts";
import type { Tape, Value } from "../nn/tape.ts";
import type { HardPixelRule } from "../nn/hard_pixels.ts";
import { type ObjectiveContext, pixelOptions, type Step, type Weighted } from "./objectives/step.ts";
import { type NetworkPass, networkPass } from "./network_pass.ts";
import { pixelLoss } from "./pixel_loss.ts";

/** What a training pass makes of the labeled images alone. */
export interface LabeledForward extends NetworkPass {
  /** L_ce. */
  readonly term: Weighted;
}

/** Whether branches are joined at every position, as their observation with its gradient needs it. */
export function joinsBranches(tape: Tape): boolean {
  return tape.observes("aspp_concat_l");
}

/** Names branches, where they are joined. */
export function observeBranches(tape: Tape, name: string, branches: Branches): void {
  if (branches.pooled === undefined) tape.observe(name, branches.maps);
}

/** Which pixels L_ce counts; all that are labeled where absent. */
function hardPixelsOf({ recipe: { hardPixels }, share }: ObjectiveContext): HardPixelRule | undefined {
  if (hardPixels.below === 1) return undefined;
  return { ...hardPixels, gather: share && ((part) => share.gatherTensor(part)) };
}

/** L_ce of the labeled logits M_l. */
export function labeledTerm(
  { tape, batch, ...step }: Pick<Step, "tape" | "batch" | "network" | "context">,
  logits: Value,
): Weighted {
  const options = { ...pixelOptions(step), hard: hardPixelsOf(step.context) };
  return ["ce", 1, pixelLoss(tape, logits, batch.labels, options, "M_l_resized")];
}

/** Encoder and labeled decoder over the labeled images, with L_ce. */
export function labeledForward(step: Step): LabeledForward {
  const { tape, pass, network, batch } = step;
  const made = networkPass(pass, network, tape.constant(batch.labeled), {
    joined: joinsBranches(tape),
  });
  observeBranches(tape, "aspp_concat_l", made.branches);
  tape.observe("M_l", made.logits);
  return { ...made, term: labeledTerm(step, made.logits) };
}
