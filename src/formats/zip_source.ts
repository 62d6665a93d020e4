/** Where the bytes of a zip file are: in memory, or in an open file that is too large for it. */
import { FormatError } from "../core/errors.ts";

/** Gives ranges of a zip file. */
export interface ZipSource {
  /** Bytes of the whole zip file. */
  readonly size: number;
  /**
   * Bytes from `at` on, `length` of them.
   * @throws {FormatError} If they reach beyond the end
   */
  read(at: number, length: number): Uint8Array;
}

/** Makes sure that a range lies in a file of `size` bytes. @throws {FormatError} If it does not */
export function checkRange(at: number, length: number, size: number): void {
  if (at >= 0 && length >= 0 && at + length <= size) return;
  throw new FormatError(
    `Cannot read zip file: ${length} bytes wanted at byte ${at} of ${size}, expected them there; ` +
      "the file is cut off or damaged",
  );
}

/** A zip file in memory; ranges are views on it. */
export function memorySource(bytes: Uint8Array): ZipSource {
  return {
    size: bytes.length,
    read(at, length) {
      checkRange(at, length, bytes.length);
      return bytes.subarray(at, at + length);
    },
  };
}
