/** What a filesystem says whose folders cannot be synced. */
const WITHOUT_SYNC: readonly string[] = ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

/**
 * Waits until the names in a folder are on the disk: a file that was renamed into it or made there keeps its name when the
 * power is lost. Does nothing where the system syncs no folders (Windows, some network filesystems).
 * @throws {Deno.errors} If the folder is missing or the disk fails
 */
export async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path);
  try {
    await folder.sync();
  } catch (error) {
    if (!WITHOUT_SYNC.includes((error as { code?: string }).code ?? "")) throw error;
  }
}
