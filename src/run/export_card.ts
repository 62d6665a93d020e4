import { usesUnlabeled } from "../config/recipe.ts";
import { basename } from "node:path";
import { encoderName, inputNormalization } from "../config/encoder_facts.ts";
import type { ExportedFiles } from "../export/export_request.ts";
import { FORMAT_WRITERS } from "../export/formats/formats.ts";
import type { ExportFormat } from "../export/format_names.ts";
import { IMAGENET, sourceFor } from "../interop/pretrained/weight_sources.ts";
import { modelCard } from "../report/model_card.ts";
import type { EvaluationRecord } from "../report/run_record.ts";
import type { ModelSource } from "./model_source.ts";

/** What a card says besides the model. */
export interface CardFacts {
  /** The format. */
  readonly format: ExportFormat;
  /** The files. */
  readonly exported: ExportedFiles;
  /** `--size`, in words. */
  readonly size: string;
  /** What comes out of the file: logits or a mask. */
  readonly output: string;
  /** The stored evaluation of the run, where it is of this checkpoint. */
  readonly evaluation?: EvaluationRecord;
}

/** Where a run's weights began; of ImageNet's file also whose it is, and on which terms. */
function initialWeightsText({ weights, encoder }: ModelSource["config"]["network"]): string {
  if (weights === undefined) return "random";
  if (weights !== IMAGENET) return basename(weights);
  const { file, licence, origin } = sourceFor(encoder);
  return `ImageNet, ${file} (${licence}; ${origin})`;
}

/** Whose terms hold for the model, as far as they are known. */
function licenceText({ weights, encoder }: ModelSource["config"]["network"]): string {
  const known = weights === IMAGENET ? sourceFor(encoder) : undefined;
  const begun = known === undefined
    ? ""
    : `The initial weights are under ${known.licence} (${known.origin}). `;
  const isUnknown = weights !== undefined && known === undefined;
  return `${begun}The terms of the training images ${
    isUnknown ? "and of the initial weights " : ""
  }hold for this ` +
    "model too; they are not known to guidedmix. Write them here before you pass the model on.";
}

function trainingRows({ config, dataset, checkpoint }: ModelSource): [string, string][] {
  const { recipe, data, iterations, batch, seed, network } = config;
  return [
    ["Recipe", recipe.name],
    ["Dataset", dataset],
    ["Labeled part", data.labeled ?? "all of train"],
    ["Iterations", `${checkpoint.iteration} of ${iterations}`],
    ["Batch", `${batch.labeled} labeled, ${usesUnlabeled(recipe) ? batch.unlabeled : 0} unlabeled`],
    ["Seed", `${seed}`],
    ["Initial weights", initialWeightsText(network)],
  ];
}

/** Number of weights that prediction has, running statistics left out. */
function parameterCount({ checkpoint }: ModelSource): number {
  const training = /^(decode_head_mix|mitrans|classifier|aux_decoders|pseudo_labels)\./;
  const counted = [...checkpoint.parameters].filter(([name]) =>
    !training.test(name) && !/running_(mean|var)$|num_batches_tracked$/.test(name)
  );
  return counted.reduce((sum, [, { shape }]) => sum + shape.reduce((n, side) => n * side, 1), 0);
}

/** The model card of an export, Markdown. */
export function exportCard(source: ModelSource, facts: CardFacts): string {
  const { encoder, decoder } = source.model;
  const normalization = inputNormalization(encoder);
  return modelCard({
    name: `${source.dataset} segmentation, ${encoderName(encoder)}`,
    network: `${encoderName(encoder)} (output stride ${encoder.outputStride}), ASPP ${decoder.channels}`,
    parameters: parameterCount(source),
    classes: source.classes,
    colors: source.colors,
    input: {
      layout: FORMAT_WRITERS[facts.format].takes,
      mean: normalization.mean,
      standardDeviation: normalization.std,
      size: facts.size,
    },
    output: facts.output,
    training: trainingRows(source),
    evaluation: facts.evaluation,
    files: facts.exported.files.map(({ path, bytes, sha256 }) => ({ name: basename(path), bytes, sha256 })),
    licenseNote: licenceText(source.config.network),
  });
}
