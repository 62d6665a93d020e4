/** What a checkpoint says of the model in it, so that the file alone is enough for prediction. */
import { z } from "zod";
import { configFromToml, configToToml } from "../config/config_toml.ts";
import { inputNormalization } from "../config/encoder_facts.ts";
import type { ModelOptions } from "../config/model_options.ts";
import type { RunConfig } from "../config/run_config.ts";
import { parseModel } from "../config/run_schema.ts";
import { CheckpointMismatch } from "../core/errors.ts";
import { cleanMessage, quoted } from "../core/shown_text.ts";
import { VERSION } from "../core/version.ts";
import type { Color, Dataset } from "../data/dataset.ts";

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
  /** The number that the dataset's masks store for each; without where they hold colours, or in older checkpoints. */
  readonly values?: readonly number[];
}

/** The description as the texts of a checkpoint. */
export function metadataOf(
  config: RunConfig,
  model: ModelOptions,
  { name, classes, colors, maskRule }: Pick<Dataset, "name" | "classes" | "colors" | "maskRule">,
): Record<string, string> {
  return {
    config: configToToml(config),
    model: JSON.stringify(model),
    // of the pictures, as the encoder's weights were trained with; for readers, since it follows from the model
    normalization: JSON.stringify(inputNormalization(model.encoder)),
    dataset: name,
    classes: JSON.stringify(classes),
    colors: JSON.stringify(colors),
    ...(maskRule.masks === "color" ? {} : { values: JSON.stringify(maskRule.values) }),
    version: VERSION,
  };
}

/** Longest name of a class or a dataset that is shown, in letters. */
const MOST_LETTERS = 200;

const BYTE = z.int().min(0).max(255);

const CLASSES = z.array(z.string().min(1));

const VALUES = z.array(z.int().min(0).max(65535));

const COLORS = z.array(z.tuple([BYTE, BYTE, BYTE]));

/** A name as it is shown and compared: letters that act on a terminal or turn the text round are written as numbers. */
export function shownName(name: string): string {
  return cleanMessage(name.slice(0, MOST_LETTERS)).replace(/[\n\t]/g, " ");
}

/** Holds the JSON of a part against its schema. */
function parsePart<T>(part: string, json: string, name: string, parse: (value: unknown) => Checked<T>): T {
  const fail = (state: string): never => {
    throw new CheckpointMismatch(`Cannot use checkpoint "${name}": its "${part}" ${state}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return fail("is no JSON, expected what a run writes");
  }
  const checked = parse(value);
  if (checked.success) return checked.data!;
  const problems = checked.error!.issues.slice(0, 3).map(({ path, message }) =>
    `${quoted([part, ...path].map(String).join("."))}: expected ${message.replace(/^.*expected /, "")}`
  );
  return fail(`does not fit, ${problems.join("; ")}`);
}

/** What zod says of a value. */
interface Checked<T> {
  readonly success: boolean;
  readonly data?: T;
  readonly error?: { readonly issues: readonly { path: readonly PropertyKey[]; message: string }[] };
}

/** Refuses pictures normalized otherwise than the model's family is; checkpoints of version 0.1 say nothing. */
function checkNormalization(text: string | undefined, { encoder }: ModelOptions, name: string): void {
  const expected = JSON.stringify(inputNormalization(encoder));
  if (text === undefined || text === expected) return;
  throw new CheckpointMismatch(
    `Cannot use checkpoint "${name}": its normalization is ${
      quoted(text)
    }, expected ${expected} as its encoder has`,
  );
}

/**
 * The description in a checkpoint's texts; they may be a stranger's.
 * @param name The checkpoint's path, for error texts
 * @throws {CheckpointMismatch} If a part is missing, or is not what a run writes
 * @throws {ConfigError} If the options in it are none of this version
 */
export function describedModel(metadata: Readonly<Record<string, string>>, name: string): ModelDescription {
  const { config, model: modelText, dataset, classes: classText, colors: colorText } = metadata;
  if ([config, modelText, dataset, classText, colorText].includes(undefined)) {
    throw new CheckpointMismatch(
      `Cannot use checkpoint "${name}": it does not describe its model, expected one of a run`,
    );
  }
  const model = parsePart("model", modelText!, name, parseModel);
  checkNormalization(metadata.normalization, model, name);
  const classes = parsePart("classes", classText!, name, (value) => CLASSES.safeParse(value));
  const colors = parsePart("colors", colorText!, name, (value) => COLORS.safeParse(value));
  if (classes.length !== model.classes || colors.length !== model.classes) {
    throw new CheckpointMismatch(
      `Cannot use checkpoint "${name}": it has ${classes.length} names and ${colors.length} colours of classes, ` +
        `expected ${model.classes} as its model`,
    );
  }
  const values = metadata.values === undefined
    ? undefined
    : parsePart("values", metadata.values, name, (value) => VALUES.safeParse(value));
  if (values !== undefined && values.length !== model.classes) {
    throw new CheckpointMismatch(
      `Cannot use checkpoint "${name}": it has ${values.length} mask values, expected ${model.classes} as its model`,
    );
  }
  return {
    config: configFromToml(config!, name),
    model,
    dataset: shownName(dataset!),
    classes: classes.map(shownName),
    colors,
    ...(values === undefined ? {} : { values }),
  };
}
