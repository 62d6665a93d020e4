import type { Branches } from "../model/branches.ts";
import { asppBranches, decodeBranches } from "../model/decoder.ts";
import { encode } from "../model/encoder.ts";
import type { ForwardPass } from "../model/forward_pass.ts";
import type { Network } from "../model/network.ts";
import type { Value } from "../nn/tape.ts";

/** What encoder and labeled decoder make of images. */
export interface NetworkPass {
  /** Encoder features `[N, h, w, C]`. */
  readonly features: Value;
  /** ASPP branches. */
  readonly branches: Branches;
  /** Logits at feature size `[N, h, w, K]`. */
  readonly logits: Value;
}

/**
 * Sends images through encoder and labeled decoder.
 * @param images `[N, H, W, 3]`
 * @param prefix Put before the names of what the encoder lets observe
 * @param joined Joins the branches at every position
 */
export function networkPass(
  pass: ForwardPass,
  { options: { encoder, decoder } }: Pick<Network, "options">,
  images: Value,
  prefix = "",
  joined = false,
): NetworkPass {
  const features = pass.tape.prefixed(prefix, () => encode(pass, images, encoder));
  const [branches] = asppBranches(pass, features, decoder, [images.shape[0]!], joined);
  return { features, branches: branches!, logits: decodeBranches(pass, [branches!], decoder)[0]! };
}
