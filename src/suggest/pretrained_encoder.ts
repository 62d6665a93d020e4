import { modelOptions } from "../config/network_of.ts";
import { resolveConfig } from "../config/resolve_config.ts";
import { importWeights } from "../interop/import_weights.ts";
import { Network } from "../model/network.ts";
import { initialWeights } from "../run/initial_weights.ts";
import { inferenceOptions } from "../run/model_sizes.ts";
import type { RunOutput } from "../run/run_output.ts";

/**
 * A network whose encoder has ImageNet weights, that of preset `own`; its decoder knows nothing. The caller disposes it.
 * @throws {WeightsUnavailable} If the weights cannot be had
 */
export async function pretrainedEncoder(output: RunOutput): Promise<Network> {
  const config = resolveConfig({ preset: "own", weights: "imagenet" });
  const weights = await initialWeights(config, output);
  const network = new Network(inferenceOptions(modelOptions(config, 2)), 0);
  try {
    network.parameters.load(importWeights(weights!, network.parameters.specs()).tensors);
    return network;
  } catch (error) {
    network.dispose();
    throw error;
  }
}
