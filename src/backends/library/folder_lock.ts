/** Keeps two processes from writing the same folder at once. */

/** What {@linkcode withLock} is told besides the path. */
export interface LockOptions {
  /** Called once, with what is known of the holder, if the lock has to be waited for. */
  onWait?: (holder: string) => void;
}

/**
 * Runs `body` while this process holds an exclusive lock on the file `path`, which is made if missing and stays. The
 * system drops the lock of a process that ended, however it ended, so there is no stale lock to break.
 */
export async function withLock<T>(
  path: string,
  body: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  using file = await Deno.open(path, { read: true, write: true, create: true });
  if (!await file.tryLock(true)) {
    options.onWait?.(await readHolder(path));
    await file.lock(true);
  }
  await file.truncate(0);
  await file.write(new TextEncoder().encode(`process ${Deno.pid}`));
  return await body();
}

async function readHolder(path: string): Promise<string> {
  const text = await Deno.readTextFile(path);
  return text === "" ? "another process" : text;
}
