/** What a checkpoint says of the model in it, so that the file alone is enough for prediction. */
import { configFromToml, configToToml } from "../config/config_toml.ts";
import type { ModelOptions } from "../config/model_options.ts";
import type { RunConfig } from "../config/run_config.ts";
import { CheckpointMismatch } from "../core/errors.ts";
import type { Color, Dataset } from "../data/dataset.ts";
import { VERSION } from "./version.ts";

/** A trained model without its weights. */
export interface ModelDescription {
  /** The run's options. */
  readonly config: RunConfig;
  /** What the network is made of. */
  readonly model: ModelOptions;
  /** The dataset's name. */
  readonly dataset: string;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Their colours. */
  readonly colors: readonly Color[];
}

/** The description as the texts of a checkpoint. */
export function metadataOf(
  config: RunConfig,
  model: ModelOptions,
  { name, classes, colors }: Dataset,
): Record<string, string> {
  return {
    config: configToToml(config),
    model: JSON.stringify(model),
    dataset: name,
    classes: JSON.stringify(classes),
    colors: JSON.stringify(colors),
    version: VERSION,
  };
}

/**
 * The description in a checkpoint's texts.
 * @param name The checkpoint's path, for error texts
 * @throws {CheckpointMismatch} If a part is missing
 * @throws {ConfigError} If the options in it are none of this version
 */
export function describedModel(metadata: Readonly<Record<string, string>>, name: string): ModelDescription {
  const { config, model, dataset, classes, colors } = metadata;
  if ([config, model, dataset, classes, colors].includes(undefined)) {
    throw new CheckpointMismatch(
      `Cannot use checkpoint "${name}": it does not describe its model, expected one of a run`,
    );
  }
  return {
    config: configFromToml(config!, name),
    model: JSON.parse(model!) as ModelOptions,
    dataset: dataset!,
    classes: JSON.parse(classes!) as string[],
    colors: JSON.parse(colors!) as Color[],
  };
}
