/** Reading a range of a file. */
import { FormatError } from "../../core/errors.ts";

/**
 * Reads `size` bytes from `offset` on.
 * @throws {FormatError} If the file ends before
 */
export async function readExactly(file: Deno.FsFile, offset: number, size: number): Promise<Uint8Array> {
  await file.seek(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) {
      throw new FormatError(
        `Cannot read file: it ends at byte ${offset + filled}, expected at least ${offset + size}`,
      );
    }
    filled += count;
  }
  return bytes;
}
