import type { Branches } from "../model/branches.ts";
import { asppBranches, decodeBranches } from "../model/decoder.ts";
import { encode } from "../model/encoder.ts";
import type { Tape, Value } from "../nn/tape.ts";
import { pixelOptions, type Step, type Weighted } from "./objectives/step.ts";
import { pixelLoss } from "./pixel_loss.ts";

/** What a training pass makes of the labeled images alone. */
export interface LabeledForward {
  /** Encoder features `[N, h, w, C]`. */
  readonly features: Value;
  /** ASPP branches. */
  readonly branches: Branches;
  /** M_l, at feature size. */
  readonly logits: Value;
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
  const { tape, pass, network: { options: { encoder, decoder } }, batch } = step;
  const features = encode(pass, tape.constant(batch.labeled), encoder);
  const [branches] = asppBranches(pass, features, decoder, [batch.labeled.shape[0]], joinsBranches(tape));
  const logits = decodeBranches(pass, [branches!], decoder)[0]!;
  observeBranches(tape, "aspp_concat_l", branches!);
  tape.observe("M_l", logits);
  return { features, branches: branches!, logits, term: labeledTerm(step, logits) };
}
