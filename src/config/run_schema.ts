/** The schema of a run's configuration: every option, its type and its range. */
import { z } from "zod";
import { isTable } from "../core/is_table.ts";
import type {
  DecoderOptions,
  EfficientNetLiteOptions,
  EncoderOptions,
  MitransOptions,
  ModelOptions,
  MovingThresholds,
  ResnetOptions,
} from "./model_options.ts";
import { ENCODER_FAMILY_NAMES } from "./encoder_facts.ts";
import { AUXILIARY } from "./objectives/cct.ts";
import { OBJECTIVE } from "./objectives/objective_options.ts";
import {
  ALL_PIXELS,
  type HardPixelOptions,
  OF_CROPS,
  type PseudoLabelSource,
  type Recipe,
  RECIPE_NAMES,
} from "./recipe.ts";
import { VIEWS } from "./view_schema.ts";
import type {
  DataConfig,
  EvaluationConfig,
  NetworkConfig,
  OptimizerConfig,
  RunConfig,
} from "./run_config.ts";
import {
  flag,
  fromZero,
  numberWhere,
  oneOf,
  options,
  pair,
  positive,
  share,
  sides,
  text,
  whole,
} from "./schema_rules.ts";

const FAMILY_NAMES = ENCODER_FAMILY_NAMES.map((name) => JSON.stringify(name)).join(", ");

const RESNET = options<ResnetOptions>({
  family: z.literal("resnet"),
  depth: oneOf([18, 34, 50, 101, 152]),
  stem: oneOf(["v1c", "v1"]),
  stemChannels: whole(2, 1024),
  baseChannels: whole(1, 1024),
  outputStride: oneOf([8, 16]),
  contractDilation: flag(),
  stages: oneOf([2, 3, 4]).optional(),
});

const EFFICIENTNET_LITE = options<EfficientNetLiteOptions>({
  family: z.literal("efficientnet-lite"),
  variant: oneOf(["lite0", "lite1", "lite2"]),
  outputStride: oneOf([8, 16, 32]),
  stages: oneOf([3, 4, 5, 6, 7]).optional(),
  width: numberWhere("a number in (0, 1]", (width) => width > 0 && width <= 1).optional(),
});

/** Configurations of version 0.1 name no family. */
function withFamily(value: unknown): unknown {
  return isTable(value) && !("family" in value) ? { family: "resnet", ...value } : value;
}

const ENCODER_FAMILIES = z.discriminatedUnion(
  "family",
  [RESNET, EFFICIENTNET_LITE] as unknown as [z.ZodObject, z.ZodObject],
  { error: (issue) => issue.code === "invalid_union" ? `one of ${FAMILY_NAMES}` : "a table" },
);

const ENCODER = z.preprocess(withFamily, ENCODER_FAMILIES) as unknown as z.ZodType<EncoderOptions>;

const DECODER = options<DecoderOptions>({
  channels: whole(1, 4096),
  dilations: z.array(whole(1, 256), { error: "whole numbers from 1 to 256" }).min(1, {
    error: "at least one",
  }).max(16, { error: "at most 16" }),
  dropout: share(false),
  alignCorners: flag(),
});

const MITRANS = options<MitransOptions>({
  channels: whole(2, 4096),
  norm: flag(),
  concatInput: flag(),
  subsample: flag(),
});

const MODEL = options<ModelOptions>({
  classes: whole(2, 255),
  encoder: ENCODER,
  decoder: DECODER,
  mixDecoder: flag(),
  mitrans: z.union([z.literal(false), MITRANS]),
  classifier: flag(),
  auxiliary: AUXILIARY.optional(),
  thresholds: options<MovingThresholds>({ rule: oneOf(["adaptive", "by-class"]), start: share(false) })
    .optional(),
});

const DATA = options<DataConfig>({
  source: text("a folder, a dataset.toml, or synthetic"),
  synthetic: options({
    seed: whole(0),
    size: whole(32, 512),
    train: whole(2, 1e6),
    val: whole(1, 1e6),
    test: whole(0, 1e6),
  }).optional(),
  labeled: text("a list file, or a share such as 1/8").optional(),
  unlabeled: text("a folder or a list file").optional(),
  skipBroken: flag().optional(),
  crop: sides("[height, width]"),
  scale: sides("[width, height]").optional(),
  ratioRange: pair("[least, greatest] with 0 < least ≤ greatest", (low, high) => low > 0 && low <= high),
  flip: flag(),
  photometric: flag(),
  workers: whole(0, 64),
});

const NETWORK = options<NetworkConfig>({
  encoder: ENCODER,
  decoder: DECODER,
  mitrans: z.union([z.literal(false), MITRANS]),
  weights: text("a weight file, imagenet or none").optional(),
});

/** Factors on a size. */
function ratios(): z.ZodType<number[]> {
  const rule = "one or more numbers above 0 and up to 4";
  return z.array(numberWhere(rule, (ratio) => ratio > 0 && ratio <= 4), { error: rule }).min(1, {
    error: rule,
  });
}

const RECIPE = options<Recipe>({
  name: oneOf(RECIPE_NAMES),
  objective: OBJECTIVE,
  views: VIEWS,
  teacher: options({ decay: share(false), evaluated: flag() }),
  crossEntropy: oneOf(["all", "labeled"]),
  hardPixels: options<HardPixelOptions>({
    below: numberWhere("a number in (0, 1]", (below) => below > 0 && below <= 1),
    least: whole(0),
  }).default(ALL_PIXELS),
  classWeights: oneOf(["none", "median", "sqrt-median"]).default("none"),
  encoderNorms: oneOf(["batch", "frozen"]).default("batch"),
  rounds: whole(1, 100).default(1),
  pseudoLabels: options<PseudoLabelSource>({ of: oneOf(["crops", "photos"]), ratios: ratios() })
    .default(OF_CROPS),
});

const OPTIMIZER = options<OptimizerConfig>({
  learningRate: positive(),
  minimumLearningRate: fromZero(),
  power: fromZero(),
  momentum: share(false),
  weightDecay: fromZero(),
  headFactor: positive(),
  clipNorm: fromZero(),
  accumulate: whole(1, 1024),
});

const EVALUATION = options<EvaluationConfig>({
  every: whole(1),
  mode: oneOf(["whole", "slide"]),
  crop: sides("[height, width]"),
  stride: sides("[height, width]"),
  scale: sides("[width, height]").optional(),
  limit: whole(0),
  diagnosePseudoMasks: whole(0).optional(),
});

const RUN = options<RunConfig>({
  preset: text(),
  seed: whole(0, 0xffffffff),
  backend: text("a backend"),
  // runs of a version without these three have none in their config.toml
  precision: oneOf(["float32", "bfloat16"]).default("float32"),
  recompute: oneOf(["none", "encoder"]).default("none"),
  engine: oneOf(["auto", "function", "eager"]).default("auto"),
  iterations: whole(1, 1e9),
  batch: options({ labeled: whole(1, 4096), unlabeled: whole(0, 4096) }),
  checkpointEvery: whole(1),
  data: DATA,
  network: NETWORK,
  recipe: RECIPE,
  optimizer: OPTIMIZER,
  evaluation: EVALUATION,
});

/** What a schema says of a value. */
export type Verdict = ReturnType<typeof RUN.safeParse>;

/** Holds a value against the schema. */
export function parseRun(value: unknown): Verdict {
  return RUN.safeParse(value);
}

/** Holds what a checkpoint says of its network against the schema. */
export function parseModel(value: unknown): ReturnType<typeof MODEL.safeParse> {
  return MODEL.safeParse(value);
}

/** The tables that a schema may be: one, several of a union, or none. */
function tablesOf(schema: z.ZodType): z.ZodObject[] {
  if (schema instanceof z.ZodObject) return [schema];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return tablesOf(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodPipe) return tablesOf(schema.out as z.ZodType);
  return schema instanceof z.ZodUnion ? (schema.options as z.ZodType[]).flatMap(tablesOf) : [];
}

/** The schema of a table's option; that of either table where several have it. */
function optionOf(schema: z.ZodType | undefined, key: PropertyKey): z.ZodType | undefined {
  const found = (schema === undefined ? [] : tablesOf(schema))
    .flatMap(({ shape }) => Object.hasOwn(shape, key) ? [shape[String(key)] as z.ZodType] : []);
  return found.length > 1 ? z.union(found) : found[0];
}

function schemaAt(path: readonly PropertyKey[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>(optionOf, RUN);
}

/** Names of the options of a table, none where the path is no table. */
export function optionNames(path: readonly PropertyKey[]): string[] {
  const schema = schemaAt(path);
  const names = (schema === undefined ? [] : tablesOf(schema)).flatMap(({ shape }) => Object.keys(shape));
  return [...new Set(names)];
}

function hasDefault(schema: z.ZodType): boolean {
  return schema instanceof z.ZodDefault;
}

/** Whether a value fits the option at a path. */
export function fitsOption(path: readonly string[], value: unknown): boolean {
  const schema = schemaAt(path);
  // an option with a default is set at all times
  if (value === undefined) return schema?.safeParse(undefined).success === true && !hasDefault(schema);
  return schema?.safeParse(value).success ?? false;
}

/** Dotted names of all options, tables left out. */
export function allOptionPaths(path: readonly string[] = []): string[] {
  const names = optionNames(path);
  return names.length === 0 ? [path.join(".")] : names.flatMap((name) => allOptionPaths([...path, name]));
}
