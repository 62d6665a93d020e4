import type { StoredTensor } from "../formats/stored_tensor.ts";
import { THRESHOLD_PREFIX } from "../model/moving_thresholds.ts";
import type { ParameterSpec } from "../nn/parameter_spec.ts";
import { describeMatch } from "./match_report.ts";
import {
  expectedShapes,
  matchWeights,
  requireFinite,
  requireFullMatch,
  requireSomeMatch,
  type WeightMatch,
} from "./match_weights.ts";
import { readWeights } from "./weight_file.ts";

/** How strictly a file must fit. */
export interface ImportOptions {
  /** Refuses anything missing, left over or of another shape; default false. */
  readonly strict?: boolean;
}

/** Weights ready to be loaded. */
export interface ImportedWeights {
  /** For `ParameterStore.load()`, by the model's names. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** What matched, is missing, is left over. */
  readonly match: WeightMatch;
  /** The same for people, in lines. */
  readonly report: string;
}

/**
 * Reads a weight file and takes what fits a model.
 * @param source A path, or a whole file in memory
 * @param specs The model's parameters
 * @throws {ConfigError} If there is no such file
 * @throws {FormatError} If the file is of another kind, damaged, or wants to run code
 * @throws {CheckpointMismatch} If nothing fits, values are not finite, or with `strict` not everything fits
 */
export function importWeights(
  source: string | Uint8Array,
  specs: readonly ParameterSpec[],
  { strict = false }: ImportOptions = {},
): ImportedWeights {
  const file = readWeights(source);
  // thresholds of pseudo labels are no weights: a run begins with its own
  const weights = specs.filter(({ name }) => !name.startsWith(THRESHOLD_PREFIX));
  const match = matchWeights(file, expectedShapes(weights));
  requireSomeMatch(file, match);
  requireFinite(file, match);
  if (strict) requireFullMatch(file, match);
  return { tensors: match.matched, match, report: describeMatch(file, match) };
}
