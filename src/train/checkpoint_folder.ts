import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CheckpointMismatch, TrainingError } from "../core/errors.ts";
import { syncFolder } from "../core/sync_folder.ts";
import { isSystemError } from "../core/system_error.ts";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";

const KEPT = 2;
const PATTERN = /^iteration-(\d{8})\.safetensors$/;

/** Whom a folder of checkpoints asks and tells. */
export interface CheckpointFolderOptions {
  /** Asked before each write, and after one that failed; throws where nothing may be written any more. */
  readonly checkPlace?: () => Promise<void>;
  /** Told of what is left undone. */
  readonly onNote?: (text: string) => void;
}

/** The checkpoints of a run: the newest two, and the best. */
export class CheckpointFolder {
  readonly #options: CheckpointFolderOptions;
  #written = new Set<string>();

  /**
   * The checkpoints in a folder.
   * @param path The folder; made when a checkpoint is saved
   */
  constructor(readonly path: string, options: CheckpointFolderOptions = {}) {
    this.#options = options;
  }

  /** Path of the best checkpoint; it may not exist. */
  get bestPath(): string {
    return join(this.path, "best.safetensors");
  }

  /** Paths of the numbered checkpoints, newest first. */
  async list(): Promise<string[]> {
    const names = (await namesIn(this.path)).filter((name) => PATTERN.test(name));
    return names.sort().reverse().map((name) => join(this.path, name));
  }

  /**
   * Writes a numbered checkpoint and removes those before it but one; one that cannot be removed stays, with a note.
   * @returns Its path
   */
  async save(checkpoint: Checkpoint): Promise<string> {
    const path = join(this.path, `iteration-${`${checkpoint.iteration}`.padStart(8, "0")}.safetensors`);
    await this.#write(path, checkpoint);
    await this.prune(checkpoint.iteration);
    return path;
  }

  /**
   * Removes all but the newest two up to an iteration. Later ones, which were passed over as damaged or renamed, push out
   * none that is whole.
   */
  async prune(iteration: number): Promise<void> {
    const earlier = (await this.list()).filter((path) => numberOf(path) <= iteration);
    for (const old of earlier.slice(KEPT)) await this.#remove(old);
  }

  /** Writes the best checkpoint, without what only training needs to go on. */
  async saveBest(checkpoint: Checkpoint): Promise<void> {
    const { student: _, teacher: __, ...model } = checkpoint;
    await this.#write(this.bestPath, { ...model, momentum: new Map() });
  }

  /** Whether there is no checkpoint, numbered or best. */
  async isEmpty(): Promise<boolean> {
    return (await this.list()).length === 0 && !await isThere(this.bestPath);
  }

  /**
   * Makes sure that what was written through this object is still there.
   * @throws {TrainingError} If something is gone
   */
  async requireWritten(): Promise<void> {
    const gone: string[] = [];
    for (const path of this.#written) if (!await isThere(path)) gone.push(basename(path));
    if (gone.length === 0) return;
    throw new TrainingError(
      `Cannot finish the run: ${
        gone.join(", ")
      } of "${this.path}" were written and are gone, expected them to stay`,
    );
  }

  async #write(path: string, checkpoint: Checkpoint): Promise<void> {
    await this.#options.checkPlace?.();
    try {
      await Deno.mkdir(this.path, { recursive: true });
      await syncFolder(dirname(this.path));
      await writeCheckpoint(path, checkpoint);
    } catch (error) {
      await this.#options.checkPlace?.();
      throw error;
    }
    this.#written.add(path);
  }

  async #remove(path: string): Promise<void> {
    this.#written.delete(path);
    try {
      await Deno.remove(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      this.#options.onNote?.(`old checkpoint "${path}" stays: ${(error as Error).message}`);
    }
  }

  /**
   * The newest checkpoint that is whole; a damaged one is reported and the one before it taken.
   * @param onDamaged Told what is wrong with a checkpoint that was passed over, and which one is taken
   * @throws {CheckpointMismatch} If there are some and none is whole
   */
  async newest(onDamaged: (text: string) => void): Promise<Checkpoint | undefined> {
    const paths = await this.list();
    const damaged: string[] = [];
    for (const path of paths) {
      try {
        const checkpoint = await readNumbered(path);
        damaged.forEach((text) => onDamaged(`${text}; that of iteration ${checkpoint.iteration} is taken`));
        return checkpoint;
      } catch (error) {
        if (!(error instanceof CheckpointMismatch)) throw error;
        damaged.push(error.message.replace(", take an earlier one", ""));
      }
    }
    if (paths.length === 0) return undefined;
    throw new CheckpointMismatch(
      `Cannot use the checkpoints of "${this.path}": none of its ${paths.length} checkpoints is whole ` +
        `(${damaged[0]!.replace(/^Cannot read checkpoint /, "")}), expected at least one`,
    );
  }
}

/** The iteration in a checkpoint's name. */
function numberOf(path: string): number {
  return Number(PATTERN.exec(basename(path))![1]);
}

/** Names of what is in a folder; none where it is missing. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isSystemError(error, ["ENOENT"])) return [];
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isSystemError(error, ["ENOENT"])) return false;
    throw error;
  }
}

/** A checkpoint whose iteration is that of its file's name. @throws {CheckpointMismatch} Else, and as `readCheckpoint` */
async function readNumbered(path: string): Promise<Checkpoint> {
  const checkpoint = await readCheckpoint(path);
  const named = numberOf(path);
  if (checkpoint.iteration === named) return checkpoint;
  throw new CheckpointMismatch(
    `Cannot read checkpoint "${path}": it is of iteration ${checkpoint.iteration}, expected ${named} as its name says; ` +
      "the file was renamed, take an earlier one",
  );
}
