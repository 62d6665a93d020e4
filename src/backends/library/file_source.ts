/** A zip file on a disk, such as a wheel of some hundred megabytes. */
import { checkRange, type ZipSource } from "../../formats/zip_source.ts";

/** Ranges of an open file; its position moves. */
export function fileSource(file: Deno.FsFile): ZipSource {
  const { size } = file.statSync();
  return {
    size,
    read(at, length) {
      checkRange(at, length, size);
      file.seekSync(at, Deno.SeekMode.Start);
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const count = file.readSync(bytes.subarray(filled));
        // it has become shorter since it was opened
        if (count === null) checkRange(at, length, at + filled);
        else filled += count;
      }
      return bytes;
    },
  };
}
