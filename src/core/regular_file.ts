/**
 * Reading of files that somebody names. A named pipe, a device or a socket would be read without end, so what a path
 * leads to is looked at before it is opened.
 */
import { readFileSync, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";

/** What there is to know of a path before it is opened; `Stats` of node:fs has it. */
interface FileKind {
  isFile(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
  readonly size: number;
}

/** A path leads to something that cannot be read whole; the message says to what, as a part of a sentence. */
export class NotAFile extends Error {
  /** The class's name, for logs. */
  override readonly name = "NotAFile";
  /** As the system's errors have one. */
  readonly code = "ENOTFILE";
}

/** Largest file that is read where nothing else is said: a list of a million photos has a tenth. */
const MOST_BYTES = 2 ** 30;

/** Refuses what is no file, and files beyond a size. */
function checkKind(found: FileKind, mostBytes: number): void {
  if (!found.isFile()) {
    const kind = found.isDirectory()
      ? "a folder"
      : found.isFIFO()
      ? "a named pipe"
      : found.isSocket()
      ? "a socket"
      : "a device";
    throw new NotAFile(`it is ${kind}`);
  }
  if (found.size <= mostBytes) return;
  const [size, most] = [found.size, mostBytes].map((bytes) => `${Math.round(bytes / 1e6)} MB`);
  throw new NotAFile(`it has ${size}, more than the ${most} that are read`);
}

/**
 * Looks at what a path leads to.
 * @throws {NotAFile} If it is no file, or larger than `mostBytes`
 * @throws {Error} The system's, if it is missing or may not be looked at
 */
export async function checkRegularFile(path: string, mostBytes = Infinity): Promise<void> {
  checkKind(await stat(path), mostBytes);
}

/** The same, at once. */
export function checkRegularFileSync(path: string, mostBytes = Infinity): void {
  checkKind(statSync(path), mostBytes);
}

/**
 * The bytes of a file. One that the system gives no size is empty: those of /proc may never end.
 * @param mostBytes 1 GiB by default
 * @throws {NotAFile} As `checkRegularFile`
 * @throws {Error} The system's, if it cannot be read
 */
export async function readRegularFile(
  path: string,
  mostBytes = MOST_BYTES,
): Promise<Uint8Array<ArrayBuffer>> {
  const found = await stat(path);
  checkKind(found, mostBytes);
  if (found.size === 0) return new Uint8Array(0);
  return plainBytes(await readFile(path));
}

/** The same, at once. */
export function readRegularFileSync(path: string, mostBytes = MOST_BYTES): Uint8Array<ArrayBuffer> {
  const found = statSync(path);
  checkKind(found, mostBytes);
  if (found.size === 0) return new Uint8Array(0);
  return plainBytes(readFileSync(path));
}

/** The bytes without the class that Node gives them. */
function plainBytes(buffer: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength);
}
