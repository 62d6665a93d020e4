/** Keeps a run folder for one process at a time, as long as it works there. */
import { dirname, join, resolve } from "node:path";
import { HeldLock, holdLock } from "../backends/library/folder_lock.ts";
import { ConfigError, TrainingError } from "../core/errors.ts";
import { isSystemError } from "../core/system_error.ts";
import { isFile, isFolder } from "../data/image_files.ts";

/** The lock's file; it stays when the lock is given back. */
export const LOCK_NAME = "run.lock";

/** A run folder that is this process's until it is released or the process ends. */
export class RunLock {
  readonly #folder: string;
  readonly #lock: HeldLock | undefined;

  /** A folder that is held; `holdRun` makes it. @param lock Missing where the filesystem has none */
  constructor(folder: string, lock: HeldLock | undefined) {
    this.#folder = folder;
    this.#lock = lock;
  }

  /** Makes sure that the folder is still the one that was locked. @throws {TrainingError} If it is not */
  async requireInPlace(): Promise<void> {
    if (this.#lock === undefined || await this.#lock.isInPlace()) return;
    throw new TrainingError(
      `Cannot go on in "${this.#folder}": the folder was removed or moved, or its disk is gone, expected it to stay ` +
        "until the end",
    );
  }

  /** Lets other processes write there. */
  release(): void {
    this.#lock?.release();
  }
}

/** What systems say of a filesystem that cannot lock. */
const WITHOUT_LOCKS: readonly string[] = ["ENOTSUP", "EOPNOTSUPP", "ENOSYS", "ENOLCK"];

async function lockOf(folder: string, onNote: (text: string) => void): ReturnType<typeof tryLock> {
  try {
    return await tryLock(folder);
  } catch (error) {
    if (!isSystemError(error, WITHOUT_LOCKS) && !(error instanceof Deno.errors.NotSupported)) throw error;
    onNote(`the filesystem of "${folder}" has no locks: let no other process write there`);
    return undefined;
  }
}

async function tryLock(folder: string): Promise<HeldLock | { readonly holder: string } | undefined> {
  return await holdLock(join(folder, LOCK_NAME));
}

/**
 * Takes the lock of a run folder, and removes what a process that was killed left half written there.
 * @param folder Absolute; it must be there
 * @param action For the error text, as "train in"
 * @param onNote Told of a filesystem without locks
 * @throws {ConfigError} If another process holds it
 */
export async function holdRun(
  folder: string,
  action: string,
  onNote: (text: string) => void,
): Promise<RunLock> {
  const lock = await lockOf(folder, onNote);
  if (lock instanceof HeldLock || lock === undefined) {
    await removeParts(folder);
    return new RunLock(folder, lock);
  }
  throw new ConfigError(
    `Cannot ${action} "${folder}": ${lock.holder} works in it, expected nobody else there; wait until that has ended, ` +
      "or name another folder by --out",
  );
}

/** Files of a run folder beside their places, as `writeFileWhole` names them. */
const PART =
  /^(iteration-\d{8}\.safetensors|best\.safetensors|(labeled|unlabeled|val|left_out|commands)\.txt|config\.toml|metrics\.jsonl|evaluation\.json|report\.html|(plan|costs|comparison)\.json|comparison\.csv)\.\d+\.part$/;

async function removeParts(folder: string): Promise<void> {
  for (const path of [folder, join(folder, "split"), join(folder, "checkpoints")]) {
    try {
      for await (const { name } of Deno.readDir(path)) {
        if (PART.test(name)) await Deno.remove(join(path, name));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** The run folder that a path lies in, or is; `undefined` where it is in none. */
export async function runAround(path: string): Promise<string | undefined> {
  for (let folder = resolve(path);; folder = dirname(folder)) {
    if (await isFile(join(folder, "config.toml")) && await isFolder(join(folder, "split"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
