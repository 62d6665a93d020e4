/** What a file must hold before a network takes its values. */
import { firstAndMore } from "../core/first_and_more.ts";
import { CheckpointMismatch } from "../core/errors.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";

/** What is asked of tensors. */
export interface TensorRules {
  /** Names that must be there. */
  readonly required: Iterable<string>;
  /** Names that may be there, `required` among them. */
  readonly known: Iterable<string>;
}

/** Whether every value is a finite number. */
export function isFinite({ data }: StoredTensor): boolean {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return true;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]!)) return false;
  return true;
}

/** For example `2 missing: a, b`; the first ten names. Empty without any. */
export function listNames(action: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [`${names.length} ${action}: ${firstAndMore(names, 10)}`];
}

/**
 * Demands that all tensors are there, no other, and all values finite: what a network lacks would stay random.
 * @param action For the error text, as `load checkpoint "best.safetensors"`
 * @throws {CheckpointMismatch} Lists the first ten of each kind, and the counts
 */
export function requireTensors(
  action: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  { required, known }: TensorRules,
): void {
  const knownNames = new Set(known);
  const problems = [
    ...listNames("missing", [...required].filter((name) => !tensors.has(name))),
    ...listNames("left over", [...tensors.keys()].filter((name) => !knownNames.has(name))),
    ...listNames("not finite", [...tensors].filter(([, one]) => !isFinite(one)).map(([name]) => name)),
  ];
  if (problems.length === 0) return;
  throw new CheckpointMismatch(
    `Cannot ${action}: ${
      problems.join("; ")
    }, expected every tensor of the model, no other, and finite values`,
  );
}
