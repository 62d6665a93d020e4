import { ForwardPass } from "../model/forward_pass.ts";
import { type NetworkPass, networkPass } from "./network_pass.ts";
import type { Step } from "./objectives/step.ts";
import { plainView } from "./student_view.ts";

/**
 * The unlabeled images, in their plain view, as at inference: running statistics, no dropout, no gradient; by the teacher where
 * there is one. Pseudo labels are what a user of the network would get, and labeled images keep a batch norm of their own.
 */
export function inferUnlabeled(step: Step): NetworkPass {
  const { tape, network, context } = step;
  const teacher = context.teacher ?? network;
  const pass = new ForwardPass(tape, teacher.parameters, { training: false });
  const infer = () => {
    const { branches, ...values } = networkPass(pass, teacher, tape.constant(plainView(step)));
    return { ...branches, ...values };
  };
  const { features, logits, ...branches } = tape.withoutGradient(() =>
    tape.prefixed("u_", () => tape.scope(infer))
  );
  return { features, branches, logits: tape.observe("M_u", logits) };
}
