import type { Item } from "../data/dataset.ts";
import { comparePseudoMasks } from "../eval/pseudo_masks.ts";
import type { DiagnosisRow } from "./metric_rows.ts";
import { compareStepMasks, type StepMaskComparison } from "./step_masks.ts";
import type { TrainOptions } from "./train_options.ts";

function stepRow({ crops, plain, decoupled }: StepMaskComparison): DiagnosisRow["step"] {
  return {
    crops,
    plain: { miou: plain.miou, accuracy: plain.accuracy },
    decoupled: { miou: decoupled.miou, accuracy: decoupled.accuracy },
  };
}

/**
 * Compares what the network says of unlabeled images with their true masks: of whole images in evaluation, and, where the
 * recipe mixes, of crops in training steps. The network stays as it was.
 * @throws {DatasetError} Naming the file, if an image or mask cannot be read
 */
export async function diagnose(
  options: Pick<TrainOptions, "network" | "dataset" | "config" | "workers" | "onImage">,
  items: readonly Item[],
  iteration: number,
): Promise<DiagnosisRow> {
  const { network, dataset, config, workers, onImage } = options;
  const { mode, crop, stride, scale } = config.evaluation;
  const whole = { mode, crop, stride, scale, share: workers, onImage };
  const { images, summary, sure } = await comparePseudoMasks(network, dataset, items, whole);
  const step = await compareStepMasks(options, items);
  return {
    kind: "diagnosis",
    iteration,
    images,
    miou: summary.miou,
    accuracy: summary.accuracy,
    sure: sure.map(({ above, share, summary: own }) => {
      return { above, share, miou: own?.miou ?? null, accuracy: own?.accuracy ?? null };
    }),
    ...(step && { step: stepRow(step) }),
  };
}
