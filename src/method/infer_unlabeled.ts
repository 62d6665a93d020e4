import type { Branches } from "../model/branches.ts";
import { asppBranches, decodeBranches } from "../model/decoder.ts";
import { encode } from "../model/encoder.ts";
import { ForwardPass } from "../model/forward_pass.ts";
import type { Value } from "../nn/tape.ts";
import type { Step } from "./objectives/step.ts";

/** What a network makes of images without training on them. */
export interface Inferred {
  /** Encoder features `[M, h, w, C]`. */
  readonly features: Value;
  /** ASPP branches. */
  readonly branches: Branches;
  /** Logits at feature size. */
  readonly logits: Value;
}

/**
 * The unlabeled images before they are distorted, where the recipe says so and the batch has them, as at inference: running statistics, no
 * dropout, no gradient; by the teacher where there is one. Pseudo labels are what a user of the network would get, and
 * labeled images keep a batch norm of their own.
 */
export function inferUnlabeled({ tape, network, batch, context }: Step): Inferred {
  const { parameters, options: { encoder, decoder } } = context.teacher ?? network;
  const images = (context.recipe.views.plain ? batch.unlabeledPlain : undefined) ?? batch.unlabeled!;
  const pass = new ForwardPass(tape, parameters, { training: false });
  const infer = () => {
    const features = encode(pass, tape.constant(images), encoder);
    const [branches] = asppBranches(pass, features, decoder, [images.shape[0]]);
    return { ...branches!, features, logits: decodeBranches(pass, [branches!], decoder)[0]! };
  };
  const { features, logits, ...branches } = tape.withoutGradient(() =>
    tape.prefixed("u_", () => tape.scope(infer))
  );
  return { features, branches, logits: tape.observe("M_u", logits) };
}
