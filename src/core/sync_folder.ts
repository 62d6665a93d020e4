import { open } from "node:fs/promises";
import { platform } from "node:process";
import { isSystemError } from "./system_error.ts";

/** What systems say of folders that cannot be synced, or not by those who may not list them. */
const WITHOUT_SYNC: readonly string[] = ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EACCES", "EPERM"];

/**
 * Waits until the names in a folder are on the disk: a file that was renamed into it or made there keeps its name when the
 * power is lost. Does nothing where folders cannot be synced (Windows, some network filesystems, folders that this user may
 * not list).
 * @throws {Error} The system's, if the folder is missing or the disk fails
 */
export async function syncFolder(path: string): Promise<void> {
  if (platform === "win32") return;
  try {
    const folder = await open(path);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!isSystemError(error, WITHOUT_SYNC)) throw error;
  }
}
