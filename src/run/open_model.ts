import { getBackend } from "@tensorflow/tfjs-core";
import { openBackend } from "../backends/open_backend.ts";
import { isFolder } from "../data/image_files.ts";
import { Model } from "./model.ts";
import { readCheckpointModel, readRunModel } from "./model_source.ts";

/** How a model is opened. */
export interface OpenModelOptions {
  /** Which checkpoint of a run: the newest, or the best on val. Default `last`. */
  readonly use?: "last" | "best";
  /** `auto`, `tensorflow`, `webgpu` or `wasm`. Default the one that is open; where none is, the first that opens. */
  readonly backend?: string;
  /** Told of checkpoints that are damaged and passed over. */
  readonly onNote?: (text: string) => void;
}

/**
 * Opens a trained model for prediction.
 * @param path A run folder, or a checkpoint of a run alone
 * @returns The model; the caller disposes it, or holds it by `using`
 * @throws {BackendUnavailable} If no backend can be used
 * @throws {ConfigError} If the folder is no run, or has no checkpoint yet
 * @throws {CheckpointMismatch} If the checkpoint is damaged, missing or not of the model that it describes
 * @example
 * ```ts ignore
 * using model = await openModel("runs/first");
 * const { labels, classes } = await model.predict(await Deno.readFile("photo.jpg"));
 * ```
 */
export async function openModel(path: string, options: OpenModelOptions = {}): Promise<Model> {
  const source = await isFolder(path) ? await readRunModel(path, options) : await readCheckpointModel(path);
  const { backend } = options;
  // tfjs has one current backend
  if (backend !== undefined || !getBackend()) await openBackend(backend ?? "auto");
  return new Model(source);
}
