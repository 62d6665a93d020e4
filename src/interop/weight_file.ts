import { ConfigError, FormatError } from "../core/errors.ts";
import { NotAFile, readRegularFileSync } from "../core/regular_file.ts";
import { decodeSafetensors } from "../formats/safetensors.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import { isTorchFile, readTorchTensors, type TorchExtra } from "../formats/torch_file.ts";
import { unfoldNorms } from "./folded_norm.ts";
import { mapWeightNames } from "./weight_names.ts";

/** Weights of a file, by the names of the official state_dict where they are known. */
export interface WeightFile {
  /** Where they come from, for reports: the path, or `bytes`. */
  readonly source: string;
  /** By content, not by the file's name. */
  readonly format: "safetensors" | "torch";
  /** Row-major, OIHW. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Names in the file that lie outside of the network, for example an optimizer's state. */
  readonly besides: readonly string[];
  /** What stood before the names and was taken off, for example `state_dict.module.`. */
  readonly removedPrefix: string;
  /** How many batch norms were folded into convolutions and stand as `x + bias` now (see `unfoldNorms`). */
  readonly foldedNorms: number;
  /** The encoder's first layers; `undefined` where the file has none. */
  readonly stem: "v1" | "v1c" | undefined;
  /** Numbers and texts beside the tensors: metadata of safetensors, `epoch` and the like of torch files. */
  readonly extras: ReadonlyMap<string, TorchExtra>;
}

interface Content {
  readonly format: "safetensors" | "torch";
  readonly tensors: Map<string, StoredTensor>;
  readonly extras: Map<string, TorchExtra>;
}

/** How the format in the metadata of a run's checkpoint begins. */
const CHECKPOINT = "guidedmix checkpoint";

/** The network of a run's checkpoint, without its optimizer's state. */
function parametersOf(tensors: ReadonlyMap<string, StoredTensor>): Map<string, StoredTensor> {
  const prefix = "model/";
  return new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : []
    ),
  );
}

function readContent(bytes: Uint8Array): Content {
  if (isTorchFile(bytes)) return { format: "torch", ...readTorchTensors(bytes) };
  if (bytes[8] === 0x7b) {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const own = metadata.format?.startsWith(CHECKPOINT) ? parametersOf(tensors) : tensors;
    return { format: "safetensors", tensors: own, extras: new Map(Object.entries(metadata)) };
  }
  const first = JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 12)));
  throw new FormatError(
    `Cannot read weights: file of ${bytes.length} bytes begins with ${first}, expected a file of torch.save ` +
      "(.pth, .pt, .th) or .safetensors",
  );
}

function readNamedContent(source: string, bytes: Uint8Array): Content {
  try {
    return readContent(bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`${error.message} (in "${source}")`, { cause: error });
  }
}

/** Larger than any network that fits the memory in which its gradients would have to lie too. */
const MOST_BYTES = 2 ** 34;

function readFile(path: string): Uint8Array {
  try {
    return readRegularFileSync(path, MOST_BYTES);
  } catch (cause) {
    const state = cause instanceof NotAFile ? cause.message : stateOf(cause);
    throw new ConfigError(`Cannot read weights "${path}": ${state}, expected a path to a file`, {
      cause,
    });
  }
}

function stateOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  return (error as Error).message;
}

function stemOf(tensors: ReadonlyMap<string, StoredTensor>): "v1" | "v1c" | undefined {
  if (tensors.has("backbone.stem.0.weight")) return "v1c";
  return tensors.has("backbone.conv1.weight") ? "v1" : undefined;
}

/**
 * Reads weights from where people have them: `.pth`, `.pt`, `.th` of both layouts and `.safetensors`; of torchvision,
 * mmseg and mmcv, the official checkpoints and this project's own. The kind is told by content. Executes nothing.
 * @param source A path, or a whole file in memory
 * @throws {ConfigError} If there is no such file, or it is a folder, a pipe or a device
 * @throws {FormatError} If the file is of another kind, damaged, or wants to run code
 * @throws {CheckpointMismatch} If two of its names become one
 */
export function readWeights(source: string | Uint8Array): WeightFile {
  const label = typeof source === "string" ? source : "bytes";
  const bytes = typeof source === "string" ? readFile(source) : source;
  const { format, tensors: fileTensors, extras } = readNamedContent(label, bytes);
  const { names, removedPrefix, besides } = mapWeightNames([...fileTensors.keys()]);
  const tensors = new Map([...names].map(([fileName, name]) => [name, fileTensors.get(fileName)!]));
  const foldedNorms = unfoldNorms(tensors);
  return {
    source: label,
    format,
    tensors,
    besides,
    removedPrefix,
    foldedNorms,
    stem: stemOf(tensors),
    extras,
  };
}
