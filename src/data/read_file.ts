import { open } from "node:fs/promises";
import { DatasetError } from "../core/errors.ts";
import { checkRegularFile, readRegularFile } from "../core/regular_file.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "the file does not exist",
  ENOTDIR: "the file does not exist",
  EISDIR: "it is a folder",
  EACCES: "it may not be read",
  EPERM: "it may not be read",
  ELOOP: "its links lead round in a circle",
};

function unreadable(path: string, cause: unknown): DatasetError {
  const code = (cause as { code?: string }).code ?? "";
  const state = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new DatasetError(`Cannot read "${path}": ${state}, expected a readable file`, { cause });
}

/**
 * The bytes of a file.
 * @throws {DatasetError} Naming the file, if it is missing, not readable, no file (a folder, a pipe, a device) or larger
 * than 1 GiB
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readRegularFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** The first and the last bytes of a file. */
export interface FileEnds {
  /** Up to `length` bytes. */
  readonly start: Uint8Array<ArrayBuffer>;
  /** Up to `length` bytes; the same ones where the file has no more. */
  readonly end: Uint8Array<ArrayBuffer>;
  /** Bytes of the whole file. */
  readonly fileLength: number;
}

/**
 * Both ends of a file.
 * @param length In bytes, of each; the ends of a shorter file are the whole of it
 * @throws {DatasetError} As {@link readBytes}
 */
export async function readEnds(path: string, length: number): Promise<FileEnds> {
  try {
    await checkRegularFile(path);
    const file = await open(path, "r");
    try {
      const read = async (position: number) => {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await file.read(bytes, 0, length, position);
        return bytes.subarray(0, bytesRead);
      };
      const start = await read(0);
      if (start.length < length) return { start, end: start, fileLength: start.length };
      const { size: fileLength } = await file.stat();
      return { start, end: await read(Math.max(0, fileLength - length)), fileLength };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** How a text is written, by its first bytes: editors of Windows write UTF-16 with such a mark. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/**
 * A text file in UTF-8, or in UTF-16 with a mark at its beginning.
 * @throws {DatasetError} As {@link readBytes}, and for bytes that are no such text
 */
export async function readTextFile(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DatasetError(`Cannot read "${path}": it is no text in UTF-8, expected one; save it as UTF-8`, {
      cause,
    });
  }
}

/** The lines of a text, without a mark at its beginning and white space at their ends; empty ones stay. */
export function linesOf(text: string): string[] {
  return text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).map((line) => line.trim());
}
