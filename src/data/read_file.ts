import { open, readFile } from "node:fs/promises";
import { DatasetError } from "../core/errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "the file does not exist",
  ENOTDIR: "the file does not exist",
  EISDIR: "it is a folder",
  EACCES: "it may not be read",
  EPERM: "it may not be read",
};

function unreadable(path: string, cause: unknown): DatasetError {
  const code = (cause as { code?: string }).code ?? "";
  const state = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new DatasetError(`Cannot read "${path}": ${state}, expected a readable file`, { cause });
}

/**
 * The bytes of a file.
 * @throws {DatasetError} Naming the file, if it is missing or not readable
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await readFile(path);
    return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/**
 * The first bytes of a file, fewer where it is shorter.
 * @throws {DatasetError} As {@link readBytes}
 */
export async function readStart(path: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const file = await open(path, "r");
    try {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/**
 * A text file.
 * @throws {DatasetError} As {@link readBytes}
 */
export async function readTextFile(path: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(path));
}
