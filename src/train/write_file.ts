import { dirname } from "node:path";
import { syncFolder } from "../core/sync_folder.ts";

/**
 * Writes a file beside its place, syncs it, renames it and syncs the folder: after a crash, of the power too, there is the
 * old one or the new one, whole, and the new one once this returned.
 * @throws {Error} If the disk is full or the folder cannot be written; the text names the path, the old file stays
 */
export async function writeFileWhole(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${Deno.pid}.part`;
  try {
    const file = await Deno.open(beside, { write: true, create: true, truncate: true });
    try {
      let written = 0;
      while (written < bytes.length) written += await file.write(bytes.subarray(written));
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(beside, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await Deno.remove(beside).catch(() => {});
    throw new Error(
      `Cannot write "${path}": ${(error as Error).message}, expected a writable place with room`,
      {
        cause: error,
      },
    );
  }
}
