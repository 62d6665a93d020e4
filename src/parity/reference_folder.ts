import { isTable } from "../core/is_table.ts";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { FormatError } from "../core/errors.ts";
import { readRegularFile } from "../core/regular_file.ts";
import { decodeSafetensors } from "../formats/safetensors.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";

/** A tensor of a reference, with what the manifest says of it. */
export interface ReferenceTensor extends StoredTensor {
  /** Largest difference to the same run in float64. */
  readonly float64Difference?: number;
}

/** Facts of a file's cases: sizes, configuration, options. */
export type Info = Readonly<Record<string, unknown>>;

/** One file of a reference folder. */
export interface ReferenceFile {
  /** Without folder and ending: `train-focal-plain`. */
  readonly name: string;
  /** Of the manifest. */
  readonly info: Info;
  /** By name. */
  readonly tensors: ReadonlyMap<string, ReferenceTensor>;
  /** Tensors of the file that the manifest does not name. */
  readonly unlisted: readonly string[];
}

interface ManifestTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly f64_diff?: number;
}

interface ManifestFile {
  readonly info: Info;
  readonly tensors: Readonly<Record<string, ManifestTensor>>;
}

/** A folder of reference tensors: its manifest read and checked, its files read on demand. */
export interface ReferenceFolder {
  /** Where it lies. */
  readonly path: string;
  /** Names of the files in the manifest, without ending. */
  readonly names: readonly string[];
  /** Files beside them that the manifest does not name. */
  readonly unlisted: readonly string[];
  /** Reads one of `names`. */
  read(name: string): Promise<ReferenceFile>;
}

const ENDING = ".safetensors";

/** A file of reference tensors has some hundred megabytes. */
const MOST_BYTES = 2 ** 34;

function refuse(path: string, state: string, rule: string, cause?: unknown): never {
  throw new FormatError(`Cannot read reference "${path}": ${state}, expected ${rule}`, { cause });
}

function checkTensor(path: string, file: string, name: string, value: unknown): void {
  const fine = isTable(value) && Array.isArray(value.shape) && value.shape.every(Number.isInteger) &&
    typeof value.dtype === "string" && ["number", "undefined"].includes(typeof value.f64_diff);
  if (!fine) refuse(path, `the manifest's entry of "${name}" in ${file} is wrong`, "shape and dtype");
}

function checkFile(path: string, file: string, value: unknown): void {
  if (!isTable(value) || !isTable(value.tensors) || !isTable(value.info ?? {})) {
    refuse(path, `the manifest's entry of ${file} is wrong`, "info and tensors by name");
  }
  for (const [name, tensor] of Object.entries(value.tensors)) checkTensor(path, file, name, tensor);
}

async function readManifest(path: string): Promise<Record<string, ManifestFile>> {
  let text: string;
  try {
    text = new TextDecoder().decode(await readRegularFile(join(path, "manifest.json")));
  } catch (cause) {
    return refuse(
      path,
      `manifest.json cannot be opened (${(cause as Error).message})`,
      "a folder that holds one",
      cause,
    );
  }
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (cause) {
    return refuse(path, "manifest.json is no JSON", "a JSON object", cause);
  }
  const files = isTable(manifest) ? manifest.files : undefined;
  if (!isTable(files) || Object.keys(files).length === 0) {
    refuse(path, "manifest.json names no files", '"files"');
  }
  for (const [file, entry] of Object.entries(files)) {
    checkFile(path, file, entry);
    if (!/^[\w.-]+$/.test(file) || !file.endsWith(ENDING)) {
      refuse(path, `the manifest names file ${JSON.stringify(file)}`, `a plain name that ends in ${ENDING}`);
    }
  }
  return files as unknown as Record<string, ManifestFile>;
}

async function readTensors(path: string, file: string): Promise<Map<string, StoredTensor>> {
  let bytes: Uint8Array;
  try {
    bytes = await readRegularFile(join(path, file), MOST_BYTES);
  } catch (cause) {
    return refuse(
      path,
      `${file} cannot be opened (${(cause as Error).message})`,
      "the files of its manifest",
      cause,
    );
  }
  try {
    return decodeSafetensors(bytes).tensors;
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new FormatError(`Cannot read reference file "${join(path, file)}": ${cause.message}`, { cause });
  }
}

function joined(
  path: string,
  file: string,
  entry: ManifestFile,
  stored: ReadonlyMap<string, StoredTensor>,
): Map<string, ReferenceTensor> {
  const tensors = new Map<string, ReferenceTensor>();
  for (const [name, listed] of Object.entries(entry.tensors)) {
    const tensor = stored.get(name);
    if (tensor === undefined) return refuse(path, `${file} lacks "${name}"`, "the tensors of its manifest");
    const there = `${tensor.dtype} [${tensor.shape.join(", ")}]`;
    const wanted = `${listed.dtype} [${listed.shape.join(", ")}]`;
    if (there !== wanted) refuse(path, `"${name}" in ${file} is ${there}`, `${wanted}, as the manifest says`);
    tensors.set(name, { ...tensor, float64Difference: listed.f64_diff });
  }
  return tensors;
}

/**
 * Opens a folder of the form that `tools/export_reference/README.md` describes.
 * @param path Where `manifest.json` lies
 * @throws {FormatError} If the manifest is missing or wrong; `read` throws it if a file is missing, damaged or not
 * what the manifest says
 */
export async function openReferenceFolder(path: string): Promise<ReferenceFolder> {
  const files = await readManifest(path);
  const beside = (await readdir(path)).filter((file) => file.endsWith(ENDING) && !Object.hasOwn(files, file));
  return {
    path,
    names: Object.keys(files).map((file) => file.slice(0, -ENDING.length)).sort(),
    unlisted: beside.sort(),
    async read(name) {
      const file = name + ENDING;
      const stored = await readTensors(path, file);
      const entry = files[file]!;
      const tensors = joined(path, file, entry, stored);
      const unlisted = [...stored.keys()].filter((tensor) => !tensors.has(tensor));
      for (const tensor of unlisted) tensors.set(tensor, stored.get(tensor)!);
      return { name, info: entry.info ?? {}, tensors, unlisted };
    },
  };
}
