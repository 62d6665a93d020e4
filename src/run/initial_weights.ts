/** The file of weights that a run begins with. */
import type { RunConfig } from "../config/run_config.ts";
import { ensureWeights } from "../interop/pretrained/ensure_weights.ts";
import { IMAGENET, sourceFor } from "../interop/pretrained/weight_sources.ts";
import { type RunOutput, SILENT } from "./run_output.ts";

const FROM_WORDS = { "own folder": "in your folder", cache: "in the cache", download: "downloaded" } as const;

/**
 * The path of the weights that a run begins with; ImageNet's are brought where they are not here.
 * @param output Told whose they are
 * @throws {ConfigError} If no ImageNet weights are published for the encoder
 * @throws {WeightsUnavailable} If they cannot be had
 */
export async function initialWeights(
  { network: { weights, encoder } }: RunConfig,
  { note, onDownload }: Pick<RunOutput, "note" | "onDownload"> = SILENT,
): Promise<string | undefined> {
  if (weights !== IMAGENET) return weights;
  const source = sourceFor(encoder);
  const { path, from } = await ensureWeights(source, { onProgress: onDownload });
  note(
    `weights  ImageNet, ${source.name} (${source.licence}; ${source.origin}), ${FROM_WORDS[from]}: ${path}`,
  );
  return path;
}
