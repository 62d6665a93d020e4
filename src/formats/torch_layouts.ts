import { FormatError } from "../core/errors.ts";
import { quoted, shownValue } from "../core/shown_text.ts";
import { ByteReader } from "./byte_reader.ts";
import { readPickle } from "./pickle_reader.ts";
import type { PickleValue } from "./pickle_values.ts";
import { PickleWork } from "./pickle_work.ts";
import { bytesPerElement } from "./stored_bytes.ts";
import type { StoredDtype } from "./stored_tensor.ts";
import { TORCH_HOOKS } from "./torch_globals.ts";
import { storageName, StorageRef } from "./torch_storage.ts";
import { openZip } from "./zip_archive.ts";

/** A torch file with its description read and its storages found. */
export interface TorchLayout {
  /** What was saved; tensors are TensorRef. */
  readonly value: PickleValue;
  /**
   * The bytes of a storage.
   * @throws {FormatError} If there is none of that key
   */
  storageBytes(key: string): Uint8Array;
}

/** The number that files of the old layout begin with (torch/serialization.py, MAGIC_NUMBER). */
const OLD_MAGIC = 0x1950a86a20f9469cfc6cn;

function fail(state: string, rule: string): never {
  throw new FormatError(`Cannot read torch file: ${state}, expected ${rule}`);
}

/**
 * Opens the zip layout (torch 1.6 and later).
 * @throws {FormatError} If it holds no pickle of data, is big-endian or damaged
 */
export function openZipLayout(bytes: Uint8Array): TorchLayout {
  const zip = openZip(bytes);
  const description = zip.names.find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (description === undefined) return fail("the zip file has no data.pkl", "one made by torch.save");
  const folder = description.slice(0, -"data.pkl".length);
  const order = `${folder}byteorder`;
  if (zip.names.includes(order) && new TextDecoder().decode(zip.read(order)) !== "little") {
    fail("its byte order is big-endian", "little-endian");
  }
  const value = readPickle(new ByteReader(zip.read(description), "data.pkl"), TORCH_HOOKS);
  return { value, storageBytes: (key) => zip.read(`${folder}data/${key}`) };
}

/** Notes every storage that the pickle mentions, as only that tells the width of its elements. */
function readNotingStorages(
  reader: ByteReader,
  work: PickleWork,
): { value: PickleValue; dtypes: Map<string, StoredDtype> } {
  const dtypes = new Map<string, StoredDtype>();
  const value = readPickle(reader, {
    ...TORCH_HOOKS,
    persistent(id) {
      const storage = TORCH_HOOKS.persistent(id);
      if (storage instanceof StorageRef) dtypes.set(storageName(storage.key), storage.dtype ?? "uint8");
      return storage;
    },
  }, work);
  return { value, dtypes };
}

/** Whether the file begins as the old layout does: a pickle of the magic number. */
export function isOldLayout(bytes: Uint8Array): boolean {
  if (bytes.length < 16 || bytes[0] !== 0x80) return false;
  try {
    return readPickle(new ByteReader(bytes.subarray(0, 16), "torch file"), TORCH_HOOKS) === OLD_MAGIC;
  } catch {
    return false;
  }
}

function isBigEndian(system: PickleValue): boolean {
  return system instanceof Map && system.get("little_endian") === false;
}

/**
 * Opens the old layout (before torch 1.6): pickles of a magic number, a version, the writer's system, the data and the
 * storages' keys, then each storage's length and bytes.
 * @throws {FormatError} If it is cut off, damaged or big-endian
 */
export function openOldLayout(bytes: Uint8Array): TorchLayout {
  const reader = new ByteReader(bytes, "torch file");
  const work = new PickleWork(bytes.length);
  readPickle(reader, TORCH_HOOKS, work);
  const version = readPickle(reader, TORCH_HOOKS, work);
  if (version !== 1001) fail(`its version is ${shownValue(version)}`, "1001");
  if (isBigEndian(readPickle(reader, TORCH_HOOKS, work))) {
    fail("its byte order is big-endian", "little-endian");
  }
  const { value, dtypes } = readNotingStorages(reader, work);
  const keys = readPickle(reader, TORCH_HOOKS, work);
  if (!Array.isArray(keys)) return fail("it has no list of storages", "one");
  const storages = new Map<string, Uint8Array>();
  for (const key of keys) {
    const dtype = typeof key === "string" ? dtypes.get(storageName(key)) : undefined;
    if (dtype === undefined) return fail("it lists a storage that no tensor has", "those of its tensors");
    storages.set(storageName(key as string), reader.bytes(reader.uint64() * bytesPerElement(dtype)));
  }
  return {
    value,
    storageBytes: (key) =>
      storages.get(storageName(key)) ??
        fail(`storage ${quoted(key)} is missing`, "every storage of a tensor"),
  };
}
