import { CheckpointMismatch } from "../core/errors.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import { isFinite, listNames } from "../nn/check_tensors.ts";
import { fileShape, type ParameterSpec } from "../nn/parameter_spec.ts";
import type { WeightFile } from "./weight_file.ts";

/** A tensor whose file and model disagree. */
export interface UnfitTensor {
  /** The model's name. */
  readonly name: string;
  /** What the file has: its shape, or its element type where that cannot be a weight's. */
  readonly file: string;
  /** The model's shape, as `[O, I, H, W]`. */
  readonly model: string;
}

/** What fits between a weight file and a model. */
export interface WeightMatch {
  /** Tensors to load, by the model's names; float32, counters int64. */
  readonly matched: ReadonlyMap<string, StoredTensor>;
  /** Names of the model that the file lacks; counters (`num_batches_tracked`) do not count. */
  readonly missing: readonly string[];
  /** Names of the file that no such model has. */
  readonly unexpected: readonly string[];
  /** Names of the file that are known but not needed here: an ImageNet classifier, parts used in training only. */
  readonly unused: readonly string[];
  /** Tensors of both that do not fit. */
  readonly wrongShape: readonly UnfitTensor[];
  /** The file's stem. */
  readonly stem: "v1" | "v1c" | undefined;
  /** The model's stem. */
  readonly modelStem: "v1" | "v1c" | undefined;
  /** The family of the model's encoder. */
  readonly modelFamily: "resnet" | "efficientnet-lite" | undefined;
}

/** Known names that a model may do without. The official mix decoder holds ASPP branches that are never used. */
const UNUSED =
  /^(backbone\.(_?fc|_conv_head|_bn1)\.|decode_head_mix\.|mitrans\.|classifier\.|aux_decoders\.|pseudo_labels\.|auxiliary_head\.)|\.num_batches_tracked$/;

const COUNTER = ".num_batches_tracked";

/** The shapes that files must have for a model's parameters, by name (OIHW). */
export function expectedShapes(specs: readonly ParameterSpec[]): Map<string, readonly number[]> {
  return new Map(specs.map((spec) => [spec.name, fileShape(spec)]));
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** The tensor as a model takes it; `undefined` for element types that weights do not have. */
function asWeight(name: string, tensor: StoredTensor): StoredTensor | undefined {
  const { shape, data } = tensor;
  if (name.endsWith(COUNTER)) return tensor.dtype === "int64" ? tensor : undefined;
  if (data instanceof Float32Array) return { dtype: "float32", shape, data };
  return data instanceof Float64Array
    ? { dtype: "float32", shape, data: Float32Array.from(data) }
    : undefined;
}

function stemOfNames(names: { has(name: string): boolean }): "v1" | "v1c" | undefined {
  if (names.has("backbone.stem.0.weight")) return "v1c";
  return names.has("backbone.conv1.weight") ? "v1" : undefined;
}

const FAMILIES = { "resnet": "a ResNet", "efficientnet-lite": "an EfficientNet-Lite" } as const;

function familyOfNames(names: { has(name: string): boolean }): keyof typeof FAMILIES | undefined {
  if (names.has("backbone._conv_stem.weight")) return "efficientnet-lite";
  return stemOfNames(names) === undefined ? undefined : "resnet";
}

/**
 * Compares a weight file with a model. Nothing is loaded: give `matched` to the model's parameters.
 * @param model Shape in files (OIHW) of every parameter, by name: `expectedShapes(specs)`
 */
export function matchWeights(file: WeightFile, model: ReadonlyMap<string, readonly number[]>): WeightMatch {
  const matched = new Map<string, StoredTensor>();
  const wrongShape: UnfitTensor[] = [];
  const leftOver: string[] = [];
  for (const [name, tensor] of file.tensors) {
    const shape = model.get(name);
    const weight = asWeight(name, tensor);
    if (shape === undefined) leftOver.push(name);
    else if (weight === undefined) wrongShape.push({ name, file: tensor.dtype, model: shapeText(shape) });
    else if (shapeText(tensor.shape) === shapeText(shape)) matched.set(name, weight);
    else wrongShape.push({ name, file: shapeText(tensor.shape), model: shapeText(shape) });
  }
  return {
    matched,
    missing: [...model.keys()].filter((name) => !file.tensors.has(name) && !name.endsWith(COUNTER)),
    unexpected: leftOver.filter((name) => !UNUSED.test(name)),
    unused: leftOver.filter((name) => UNUSED.test(name)),
    wrongShape,
    stem: file.stem,
    modelStem: stemOfNames(model),
    modelFamily: familyOfNames(model),
  };
}

/**
 * Demands that every parameter of the model is in the file, and nothing else (`--strict`).
 * @throws {CheckpointMismatch} Lists the first ten of each kind of difference, and the counts
 */
export function requireFullMatch(file: WeightFile, match: WeightMatch): void {
  const problems = [
    ...listNames("missing", match.missing),
    ...listNames("unexpected", match.unexpected),
    ...listNames(
      "that do not fit",
      match.wrongShape.map((unfit) => `${unfit.name} ${unfit.file} for ${unfit.model}`),
    ),
  ];
  if (problems.length === 0) return;
  throw new CheckpointMismatch(
    `Cannot load weights strictly from "${file.source}": ${
      problems.join("; ")
    }, expected every parameter and no other`,
  );
}

const ENCODER = "backbone.";

function encoderNames(names: Iterable<string>): string[] {
  return [...names].filter((name) => name.startsWith(ENCODER) && !name.endsWith(COUNTER));
}

/** A file with an encoder of which nothing fits is of another network, whatever its decoder has in common. */
function isOfAnotherEncoder(file: WeightFile, { matched, modelFamily }: WeightMatch): boolean {
  if (modelFamily === undefined || encoderNames(matched.keys()).length > 0) return false;
  return encoderNames(file.tensors.keys()).length > 0;
}

/**
 * Demands that at least one weight fits, and where the file has an encoder one of its encoder: training from random
 * values by mistake is worse than an error.
 * @throws {CheckpointMismatch} If none does; tells what the file has instead
 */
export function requireSomeMatch(file: WeightFile, match: WeightMatch): void {
  const other = isOfAnotherEncoder(file, match);
  const fits = [...match.matched.keys()].some((name) => !name.endsWith(COUNTER));
  if (fits && !other) return;
  const all = other ? encoderNames(file.tensors.keys()) : [...file.tensors.keys()];
  const names = all.slice(0, 10).join(", ");
  const family = match.modelFamily === undefined
    ? ""
    : `; the model's encoder is ${FAMILIES[match.modelFamily]}, ` +
      "--set encoder.family=NAME takes another";
  throw new CheckpointMismatch(
    `Cannot load weights from "${file.source}": none of its ${all.length} ${
      other ? "encoder " : ""
    }tensors fits ` +
      `the model (${names || "it has none"}), expected weights of its encoder or of this model${family}`,
  );
}

/**
 * Demands finite values in all tensors that would be loaded.
 * @throws {CheckpointMismatch} Lists the first ten, and the count
 */
export function requireFinite(file: WeightFile, match: WeightMatch): void {
  const wrong = [...match.matched].filter(([, tensor]) => !isFinite(tensor)).map(([name]) => name);
  if (wrong.length === 0) return;
  throw new CheckpointMismatch(
    `Cannot load weights from "${file.source}": ${listNames("not finite", wrong)[0]}, expected finite values`,
  );
}
