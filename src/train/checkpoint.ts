import { CheckpointMismatch, FormatError } from "../core/errors.ts";
import { readRegularFile } from "../core/regular_file.ts";
import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import { writeFileWhole } from "./write_file.ts";

/** A run's state after some iterations. Everything random follows from seed and iteration. */
export interface Checkpoint {
  /** Updates done. */
  readonly iteration: number;
  /** Parameters and running statistics by their state_dict names. */
  readonly parameters: ReadonlyMap<string, StoredTensor>;
  /** The student's parameters and running statistics, where `parameters` are the teacher's. */
  readonly student?: ReadonlyMap<string, StoredTensor>;
  /** The teacher's, where there is one and `parameters` are the student's. */
  readonly teacher?: ReadonlyMap<string, StoredTensor>;
  /** Momentum buffers by parameter name; empty in a file that is for prediction only. */
  readonly momentum: ReadonlyMap<string, StoredTensor>;
  /** The run's configuration and what prediction needs to know, as texts. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** In the metadata of a checkpoint that was saved before its evaluation. */
export const PENDING = "pending";

/** Whether a run that goes on from a checkpoint evaluates first. */
export function awaitsEvaluation({ metadata }: Pick<Checkpoint, "metadata">): boolean {
  return metadata[PENDING] !== undefined;
}

const PARAMETERS = "model/";
const MOMENTUM = "momentum/";
const STUDENT = "student/";
const TEACHER = "teacher/";
const FORMAT = "guidedmix checkpoint 1";

/** Weights and momentum of the largest network take a fiftieth. */
const MOST_BYTES = 2 ** 34;

async function digestOf(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function tensorsOf(checkpoint: Checkpoint): Map<string, StoredTensor> {
  const { parameters, student = new Map(), teacher = new Map(), momentum } = checkpoint;
  const parts = [[PARAMETERS, parameters], [STUDENT, student], [TEACHER, teacher], [
    MOMENTUM,
    momentum,
  ]] as const;
  return new Map(
    parts.flatMap(([prefix, part]) => [...part].map(([name, tensor]) => [prefix + name, tensor] as const)),
  );
}

/** A safetensors file whose metadata holds the SHA-256 of the same file without that entry. */
export async function encodeCheckpoint(checkpoint: Checkpoint): Promise<Uint8Array> {
  const tensors = tensorsOf(checkpoint);
  const metadata = { ...checkpoint.metadata, format: FORMAT, iteration: `${checkpoint.iteration}` };
  const sha256 = await digestOf(encodeSafetensors(tensors, metadata));
  return encodeSafetensors(tensors, { ...metadata, sha256 });
}

function part(tensors: ReadonlyMap<string, StoredTensor>, prefix: string): Map<string, StoredTensor> {
  const entries = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(entries.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/**
 * Reads a checkpoint and compares its checksum.
 * @param name For error texts
 * @throws {CheckpointMismatch} If it is cut off, changed, or no checkpoint of this project
 */
export async function decodeCheckpoint(bytes: Uint8Array, name: string): Promise<Checkpoint> {
  const { tensors, metadata } = decode(bytes, name);
  const { sha256, format, iteration, ...rest } = metadata;
  const isCounted = iteration !== undefined && /^\d{1,15}$/.test(iteration);
  if (format !== FORMAT || sha256 === undefined || !isCounted) {
    throw new CheckpointMismatch(
      `Cannot read checkpoint "${name}": it is no checkpoint of guidedmix, expected one`,
    );
  }
  const actual = await digestOf(encodeSafetensors(tensors, { ...rest, format, iteration }));
  if (actual !== sha256) {
    throw new CheckpointMismatch(
      `Cannot read checkpoint "${name}": its checksum is ${actual.slice(0, 12)}…, expected ${
        sha256.slice(0, 12)
      }…; ` +
        "the file was changed or damaged, take an earlier one",
    );
  }
  const [student, teacher] = [part(tensors, STUDENT), part(tensors, TEACHER)];
  return {
    iteration: Number(iteration),
    parameters: part(tensors, PARAMETERS),
    ...(student.size > 0 && { student }),
    ...(teacher.size > 0 && { teacher }),
    momentum: part(tensors, MOMENTUM),
    metadata: rest,
  };
}

function decode(bytes: Uint8Array, name: string) {
  try {
    return decodeSafetensors(bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const hint = "the file was cut off or damaged, take an earlier one";
    throw new CheckpointMismatch(`Cannot read checkpoint "${name}": ${error.message}; ${hint}`, {
      cause: error,
    });
  }
}

/** Writes a checkpoint beside, syncs it and puts it in place, so that a broken write leaves the one before. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  await writeFileWhole(path, await encodeCheckpoint(checkpoint));
}

/** Reads a checkpoint file. @throws {CheckpointMismatch} As `decodeCheckpoint`, or if the file is missing */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  let bytes: Uint8Array;
  try {
    bytes = await readRegularFile(path, MOST_BYTES);
  } catch (error) {
    const text = (error as Error).message;
    throw new CheckpointMismatch(`Cannot read checkpoint "${path}": ${text}`, { cause: error });
  }
  return await decodeCheckpoint(bytes, path);
}
