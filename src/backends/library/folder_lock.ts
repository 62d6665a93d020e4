/** Keeps two processes from writing the same folder at once. */
import { whileOpen } from "../../core/while_open.ts";

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
  return await whileOpen(await Deno.open(path, { read: true, write: true, create: true }), async (file) => {
    if (!await file.tryLock(true)) {
      options.onWait?.(await readHolder(path));
      await file.lock(true);
    }
    await signLock(file);
    return await body();
  });
}

/** A lock that this process holds until it is released or the process ends. */
export class HeldLock {
  readonly #path: string;
  readonly #file: Deno.FsFile;

  /** A file that is locked; `holdLock` makes it. */
  constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /** Whether the file is still in its place: not when its folder was removed, moved, or its disk taken away. */
  async isInPlace(): Promise<boolean> {
    try {
      const [held, there] = await Promise.all([this.#file.stat(), Deno.lstat(this.#path)]);
      return held.dev === there.dev && held.ino === there.ino;
    } catch {
      return false;
    }
  }

  /** Gives the lock back; the file stays. */
  release(): void {
    this.#file.close();
  }
}

/**
 * Takes the lock of `withLock` without waiting.
 * @param path In a folder that is there
 * @returns The lock, or who holds it
 * @throws {Deno.errors} If the file cannot be made, or the filesystem has no locks
 */
export async function holdLock(path: string): Promise<HeldLock | { readonly holder: string }> {
  const file = await Deno.open(path, { read: true, write: true, create: true });
  try {
    if (await file.tryLock(true)) {
      await signLock(file);
      return new HeldLock(path, file);
    }
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return { holder: await readHolder(path) };
}

async function signLock(file: Deno.FsFile): Promise<void> {
  await file.truncate(0);
  await file.write(new TextEncoder().encode(`process ${Deno.pid}`));
}

async function readHolder(path: string): Promise<string> {
  const text = await Deno.readTextFile(path);
  return text === "" ? "another process" : text;
}
