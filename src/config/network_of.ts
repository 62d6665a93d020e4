import type { ModelOptions } from "./model_options.ts";
import { partsOf } from "./recipe.ts";
import type { RunConfig } from "./run_config.ts";

/**
 * The network of a run. Parts that the recipe never uses are left out: MITrans and the image-level classifier exist only where
 * unlabeled images are blended in, the classifier only where its loss is on, the mix decoder there and where mixtures by place
 * have it, auxiliary decoders only with objective `cct`, thresholds of pseudo labels only where they follow the run.
 * @param classes Number of classes of the dataset, at least 2
 */
export function modelOptions(
  { network, recipe }: Pick<RunConfig, "network" | "recipe">,
  classes: number,
): ModelOptions {
  const { mixDecoder, mitrans, classifier, auxiliary, thresholds } = partsOf(recipe);
  return {
    classes,
    encoder: network.encoder,
    decoder: network.decoder,
    mixDecoder,
    mitrans: mitrans && network.mitrans,
    classifier,
    ...(auxiliary && { auxiliary }),
    ...(thresholds && { thresholds }),
  };
}
