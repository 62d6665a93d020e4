import type { Branches } from "../model/branches.ts";
import type { Tape, Value } from "../nn/tape.ts";
import { pixelOptions, type Step, type Weighted } from "./objectives/step.ts";
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

/** L_ce of the labeled logits M_l. */
export function labeledTerm(
  { tape, batch, ...step }: Pick<Step, "tape" | "batch" | "network" | "context">,
  logits: Value,
): Weighted {
  return ["ce", 1, pixelLoss(tape, logits, batch.labels, pixelOptions(step), "M_l_resized")];
}

/** Encoder and labeled decoder over the labeled images, with L_ce. */
export function labeledForward(step: Step): LabeledForward {
  const { tape, pass, network, batch } = step;
  const made = networkPass(pass, network, tape.constant(batch.labeled), "", joinsBranches(tape));
  observeBranches(tape, "aspp_concat_l", made.branches);
  tape.observe("M_l", made.logits);
  return { ...made, term: labeledTerm(step, made.logits) };
}
