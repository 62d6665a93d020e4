/** The folder of a run: `config.toml split/*.txt metrics.jsonl events… checkpoints/ report.html`. */
import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { configFromToml, configToToml } from "../config/config_toml.ts";
import type { RunConfig } from "../config/run_config.ts";
import { ConfigError, DatasetError, TrainingError } from "../core/errors.ts";
import { NotAFile, readRegularFile } from "../core/regular_file.ts";
import { syncFolder } from "../core/sync_folder.ts";
import type { Dataset, Item } from "../data/dataset.ts";
import { isFile } from "../data/image_files.ts";
import { listField } from "../data/list_file.ts";
import { isEventFileName } from "../formats/events.ts";
import { CheckpointFolder } from "../train/checkpoint_folder.ts";
import { writeFileWhole } from "../train/write_file.ts";
import { holdRun, type RunLock } from "./run_lock.ts";
import { differenceText, listText, partOf } from "./split_lists.ts";

/** The list of unlabeled photos that are left out, being broken. */
const LEFT_OUT = "split/left_out.txt";

/** Paths of a run's parts. */
export class RunFolder {
  /** Absolute path. */
  readonly path: string;
  /** The checkpoints. */
  readonly checkpoints: CheckpointFolder;
  /** Tells of what could not be done and need not end a run. */
  readonly note: (text: string) => void;
  #lock: RunLock | undefined;

  /**
   * Nothing is read or written yet.
   * @param onNote Told of what could not be done and need not end a run
   */
  constructor(path: string, onNote: (text: string) => void = () => {}) {
    this.path = resolve(path);
    this.note = onNote;
    const checkPlace = () => this.requireInPlace();
    this.checkpoints = new CheckpointFolder(join(this.path, "checkpoints"), { checkPlace, onNote });
  }

  /**
   * Keeps other processes from writing here until `release`. The folder must be there.
   * @throws {ConfigError} If another process holds it
   */
  async hold(): Promise<void> {
    this.#lock ??= await holdRun(this.path, "train in", this.note);
  }

  /** Whether this process holds it. */
  get isHeld(): boolean {
    return this.#lock !== undefined;
  }

  /** Makes sure that no other process works on the run here, if there is one. @throws {ConfigError} As `hold` */
  async refuseHeld(): Promise<void> {
    if (!await this.hasRun()) return;
    await this.hold();
    this.release();
  }

  /** Lets other processes write here. */
  release(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  /** Makes sure that a folder that is held is still the one that was. @throws {TrainingError} If it is not */
  async requireInPlace(): Promise<void> {
    await this.#lock?.requireInPlace();
  }

  /**
   * Makes sure that what makes this folder a run, and what was written, is there.
   * @throws {TrainingError} If something is gone
   */
  async requireWhole(): Promise<void> {
    await this.requireInPlace();
    await this.checkpoints.requireWritten();
    if (await this.hasRun()) return;
    throw new TrainingError(
      `Cannot finish the run: "${this.file("config.toml")}" is gone, expected it to stay`,
    );
  }

  /** Path of a file in the folder. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** Whether a run lives here. */
  async hasRun(): Promise<boolean> {
    return await readText(this.file("config.toml")) !== undefined;
  }

  /**
   * The run's configuration.
   * @throws {ConfigError} If there is none, or it is damaged
   */
  async readConfig(): Promise<RunConfig> {
    const path = this.file("config.toml");
    const text = await readText(path);
    if (text !== undefined) return configFromToml(text, path);
    throw new ConfigError(
      `Cannot use run "${this.path}": it has no config.toml, expected the folder of a run, such as runs/demo/guidedmix`,
    );
  }

  /** Whether a run began here and ended before it had a checkpoint: nothing of it can be gone on with. */
  async hasMereStart(): Promise<boolean> {
    // the lists tell a run's config.toml from one of another program
    if (!await this.hasRun() || !await isFile(this.file("split/labeled.txt"))) return false;
    if (!await this.checkpoints.isEmpty() || await isFile(this.file("evaluation.json"))) return false;
    // an evaluation follows a checkpoint: it was there, and may lie elsewhere
    return !(await readText(this.file("metrics.jsonl")))?.includes('"kind":"eval"');
  }

  /**
   * Makes sure that no run lives here, nor what is left of one: its checkpoints would be taken for the new run's. A mere
   * start is let pass.
   * @throws {ConfigError} If one does; where another process works on it that process is named
   */
  async refuseRun(): Promise<void> {
    if (await this.hasMereStart()) return;
    if (await this.hasRun()) {
      // where another process trains here, --resume would be refused too
      if (!this.isHeld) await this.#refuseOtherProcess();
      throw new ConfigError(
        `Cannot begin a run in "${this.path}": it holds one already, expected a new folder; ` +
          "--resume goes on with it, --out names another",
      );
    }
    const left = await this.#remains();
    if (left.length === 0) return;
    throw new ConfigError(
      `Cannot begin a run in "${this.path}": it holds ${
        left.join(", ")
      } of a run whose config.toml is gone, ` +
        "expected a new folder; --out names another",
    );
  }

  /** As `refuseHeld`, where the lock can be asked for. */
  async #refuseOtherProcess(): Promise<void> {
    try {
      await this.refuseHeld();
    } catch (error) {
      if (error instanceof ConfigError) throw error;
    }
  }

  /** What only a run writes, after its config.toml. */
  async #remains(): Promise<string[]> {
    const names = ["metrics.jsonl", "evaluation.json"];
    const found = await Promise.all(names.map(async (name) => await isFile(this.file(name)) ? [name] : []));
    return [...await this.checkpoints.isEmpty() ? [] : ["checkpoints"], ...found.flat()];
  }

  /**
   * Begins a run: makes the folder, holds it and writes what the run is to be. A mere start that is there makes way.
   * @throws {ConfigError} If a run lives here already, another process holds it, or the folder cannot be made
   */
  async begin(config: RunConfig, dataset: Dataset): Promise<void> {
    await this.#make();
    await this.hold();
    await this.refuseRun();
    if (await this.hasRun()) await this.#clearStart();
    for (const part of ["labeled", "unlabeled", "val"] as const) {
      await this.write(`split/${part}.txt`, listText(partOf(dataset, part)));
    }
    await this.#writeLeftOut(dataset);
    // last: a folder with a config is a run
    await this.write("config.toml", configToToml(config));
  }

  /** Removes what a mere start logged; its lists and config are written over. */
  async #clearStart(): Promise<void> {
    this.note(`a run in "${this.path}" ended before its first checkpoint: it begins anew`);
    for (const name of await readdir(this.path)) {
      if (name === "metrics.jsonl" || isEventFileName(name)) await Deno.remove(this.file(name));
    }
  }

  /** Writes what a run that goes on is to be now: more iterations, its data in another place, or fewer photos. */
  async restate(config: RunConfig, dataset: Dataset): Promise<void> {
    // first: with it the list before it fits too
    await this.#writeLeftOut(dataset);
    if (dataset.leftOut !== undefined) {
      await this.#rewrite("split/unlabeled.txt", listText(partOf(dataset, "unlabeled")));
    }
    await this.#rewrite("config.toml", configToToml(config));
  }

  /** Without any, a list that lies there already is emptied. */
  async #writeLeftOut({ leftOut = [] }: Dataset): Promise<void> {
    if (leftOut.length > 0 || await isFile(this.file(LEFT_OUT))) {
      await this.#rewrite(LEFT_OUT, listText(leftOut));
    }
  }

  /** Writes a file that holds something else. */
  async #rewrite(name: string, text: string): Promise<void> {
    if (await readText(this.file(name)) !== text) await this.write(name, text);
  }

  /** Tells whether the run here has left a photo out, being broken. */
  async leftOutBefore(): Promise<(item: Item) => boolean> {
    const lines = new Set((await readText(this.file(LEFT_OUT)))?.split("\n"));
    return ({ id }) => lines.has(listField(id));
  }

  async #make(): Promise<void> {
    try {
      await Deno.mkdir(this.file("split"), { recursive: true });
    } catch (cause) {
      throw new ConfigError(
        `Cannot make run folder "${this.path}": ${
          (cause as Error).message
        }, expected a place for a new folder`,
        { cause },
      );
    }
    await syncFolder(this.path);
    await syncFolder(dirname(this.path));
  }

  /**
   * Compares the dataset with the one that the run began with; unlabeled photos that are left out now, being broken, may
   * have been there.
   * @returns How many of them were
   * @throws {DatasetError} If labeled or unlabeled images are others now
   */
  async checkSplit(dataset: Dataset): Promise<number> {
    const gone = new Set(dataset.leftOut?.flatMap(({ id }) => [id, listField(id)]));
    let lost = 0;
    for (const part of ["labeled", "unlabeled"] as const) {
      const lines = (await readText(this.file(`split/${part}.txt`)))?.split("\n");
      const kept = part === "labeled" ? lines : lines?.filter((line) => !gone.has(line));
      lost += (lines?.length ?? 0) - (kept?.length ?? 0);
      const before = kept?.join("\n");
      const items = partOf(dataset, part);
      const now = listText(items);
      // earlier runs wrote names with spaces without quotes
      if (before === now || before === listText(items, (id) => id)) continue;
      throw new DatasetError(
        `Cannot resume "${this.path}": the ${part} images are others than those of split/${part}.txt, ` +
          `${differenceText(before ?? "", now)}, expected the same under the same names`,
      );
    }
    return lost;
  }

  /** Writes a file of the folder, whole or not at all. */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    try {
      await writeFileWhole(this.file(name), bytes);
    } catch (error) {
      await this.requireInPlace();
      throw error;
    }
  }
}

/** A file's text; `undefined` where it is missing. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await readRegularFile(path));
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (!(error instanceof NotAFile)) throw error;
    throw new ConfigError(`Cannot read "${path}": ${error.message}, expected a file`, { cause: error });
  }
}
