import type { ModelOptions } from "../config/model_options.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import { inferenceTensorShapes } from "./build_graph.ts";

/** Tensors to write, and what was left out or added. */
export interface ExportedState {
  /** By their names in the official state_dict. */
  readonly tensors: Map<string, StoredTensor>;
  /** Sentences for the user; empty where nothing was left out or added. */
  readonly notes: readonly string[];
}

/** Parts of the official model (`GuidedMix_EncoderDecoder`). */
const OFFICIAL_PARTS = ["backbone.", "decode_head.", "decode_head_mix.", "mitrans."];

/** Encoder and labeled decoder alone, with the counters `num_batches_tracked` where they are there. */
export function inferenceState(
  model: ModelOptions,
  tensors: ReadonlyMap<string, StoredTensor>,
): ExportedState {
  const wanted = new Set<string>();
  for (const name of inferenceTensorShapes(model).keys()) {
    wanted.add(name).add(name.replace(/running_var$/, "num_batches_tracked"));
  }
  const kept = new Map([...tensors].filter(([name]) => wanted.has(name)));
  const left = tensors.size - kept.size;
  const notes = left === 0 ? [] : [`${left} tensors of training only were left out`];
  return { tensors: kept, notes };
}

/**
 * Every tensor that the official model's `load_state_dict(strict=True)` asks for. Our classifier, which it does not
 * have, is left out. Its mix decoder always is a whole head: tensors that are not there are copies of the labeled
 * decoder's (its ASPP branches are never used in the official code; bottleneck and classifier only in training).
 */
export function officialState(tensors: ReadonlyMap<string, StoredTensor>): ExportedState {
  const official = new Map(
    [...tensors].filter(([name]) => OFFICIAL_PARTS.some((part) => name.startsWith(part))),
  );
  const notes = official.size === tensors.size ? [] : [
    `${tensors.size - official.size} tensors that the official model does not have were left out`,
  ];
  addCounters(official);
  const copied = addMixDecoder(official);
  if (copied > 0) notes.push(`${copied} tensors of decode_head_mix are copies of decode_head's`);
  return { tensors: official, notes };
}

function addCounters(tensors: Map<string, StoredTensor>): void {
  for (const name of [...tensors.keys()].filter((key) => key.endsWith(".running_var"))) {
    const counter = name.replace(/running_var$/, "num_batches_tracked");
    if (!tensors.has(counter)) {
      tensors.set(counter, { dtype: "int64", shape: [], data: BigInt64Array.of(0n) });
    }
  }
}

/** Returns how many tensors were copied. */
function addMixDecoder(tensors: Map<string, StoredTensor>): number {
  const before = tensors.size;
  for (const [name, tensor] of [...tensors]) {
    if (!name.startsWith("decode_head.")) continue;
    const mixName = name.replace("decode_head.", "decode_head_mix.");
    if (!tensors.has(mixName)) tensors.set(mixName, tensor);
  }
  return tensors.size - before;
}

/** Encoder and decoder alone, or all that the official model loads. */
export function exportedState(
  model: ModelOptions,
  tensors: ReadonlyMap<string, StoredTensor>,
  content: "inference" | "official",
): ExportedState {
  return content === "inference" ? inferenceState(model, tensors) : officialState(tensors);
}
