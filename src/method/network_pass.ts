import type { Branches } from "../model/branches.ts";
import { asppBranches, decodeBranches, decodeMixed } from "../model/decoder.ts";
import { encode } from "../model/encoder.ts";
import type { ForwardPass } from "../model/forward_pass.ts";
import type { Network } from "../model/network.ts";
import type { Value } from "../nn/tape.ts";

/** What encoder, ASPP and decoder make of images. */
export interface NetworkPass {
  /** Encoder features `[N, h, w, C]`. */
  readonly features: Value;
  /** ASPP branches. */
  readonly branches: Branches;
  /** Logits at feature size `[N, h, w, K]`. */
  readonly logits: Value;
}

/** How images pass a network. */
export interface NetworkPassOptions {
  /** Put before the names of what the encoder lets observe; default none. */
  readonly prefix?: string;
  /** Joins the branches at every position. */
  readonly joined?: boolean;
  /** Which decoder follows the ASPP; default the labeled one. */
  readonly decoder?: "labeled" | "mix";
}

/**
 * Sends images through encoder, ASPP and a decoder.
 * @param images `[N, H, W, 3]`
 */
export function networkPass(
  pass: ForwardPass,
  { options: { encoder, decoder } }: Pick<Network, "options">,
  images: Value,
  { prefix = "", joined = false, decoder: which = "labeled" }: NetworkPassOptions = {},
): NetworkPass {
  const features = pass.tape.prefixed(prefix, () => encode(pass, images, encoder));
  const [branches] = asppBranches(pass, features, decoder, [images.shape[0]!], joined);
  const logits = which === "mix"
    ? decodeMixed(pass, branches!, decoder)
    : decodeBranches(pass, [branches!], decoder)[0]!;
  return { features, branches: branches!, logits };
}
