import { join } from "node:path";
import { CheckpointMismatch } from "../core/errors.ts";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";

const KEPT = 2;
const PATTERN = /^iteration-(\d{8})\.safetensors$/;

/** The checkpoints of a run: the newest two, and the best. */
export class CheckpointFolder {
  /** The checkpoints in a folder. @param path The folder; made when a checkpoint is saved */
  constructor(readonly path: string) {}

  /** Path of the best checkpoint; it may not exist. */
  get bestPath(): string {
    return join(this.path, "best.safetensors");
  }

  /** Paths of the numbered checkpoints, newest first. */
  async list(): Promise<string[]> {
    const names: string[] = [];
    try {
      for await (const entry of Deno.readDir(this.path)) if (PATTERN.test(entry.name)) names.push(entry.name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return names.sort().reverse().map((name) => join(this.path, name));
  }

  /** Writes a numbered checkpoint and removes all but the newest two. @returns Its path */
  async save(checkpoint: Checkpoint): Promise<string> {
    await Deno.mkdir(this.path, { recursive: true });
    const path = join(this.path, `iteration-${`${checkpoint.iteration}`.padStart(8, "0")}.safetensors`);
    await writeCheckpoint(path, checkpoint);
    for (const old of (await this.list()).slice(KEPT)) await Deno.remove(old);
    return path;
  }

  /** Writes the best checkpoint, without what only training needs to go on. */
  async saveBest(checkpoint: Checkpoint): Promise<void> {
    await Deno.mkdir(this.path, { recursive: true });
    await writeCheckpoint(this.bestPath, { ...checkpoint, momentum: new Map() });
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
        const checkpoint = await readCheckpoint(path);
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
