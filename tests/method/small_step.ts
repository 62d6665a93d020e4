/** A small network and batch for tests of whole steps. */
import * as tf from "@tensorflow/tfjs-core";
import type { ModelOptions, ResnetOptions } from "../../src/config/model_options.ts";
import type { BoxesOptions } from "../../src/config/objectives/boxes.ts";
import { CROSS_CONSISTENCY } from "../../src/config/objectives/cct.ts";
import { type GuidedMixOptions, PAPER_MIX } from "../../src/config/objectives/guided_mix.ts";
import { partsOf, type Recipe, RECIPES, withLabeledBoxes } from "../../src/config/recipe.ts";
import { randomStream } from "../../src/core/random.ts";
import { guidedMixStep, type StepContext, type StepResult } from "../../src/method/guided_mix_step.ts";
import type { StepBatch } from "../../src/method/step_batch.ts";
import { Network } from "../../src/model/network.ts";
import { normal } from "../comparison.ts";

/** ResNet-18 of 4 channels with everything on. */
export const SMALL: ModelOptions & { readonly encoder: ResnetOptions } = {
  classes: 3,
  encoder: {
    depth: 18,
    stem: "v1c",
    stemChannels: 8,
    baseChannels: 4,
    outputStride: 8,
    contractDilation: true,
  },
  decoder: { channels: 4, dilations: [1, 2], dropout: 0, alignCorners: false },
  mixDecoder: true,
  mitrans: { channels: 6, norm: true, concatInput: true, subsample: false },
  classifier: true,
};

/** A batch with unlabeled images. */
export type UnlabeledBatch = StepBatch & Required<Pick<StepBatch, "unlabeled">>;

/** Where a step stands when a test does not care. */
export const CONTEXT: StepContext = { seed: 5, iteration: 3, iterations: 10 };

/** Images and labels of 0 to 2 with a corner of 255. The caller disposes them. */
export function smallBatch(
  labeled = 2,
  unlabeled = labeled,
  side = 33,
): UnlabeledBatch {
  const stream = randomStream(1, "labels");
  const labels = Int32Array.from({ length: labeled * side * side }, (_, i) => {
    const row = Math.floor(i / side) % side;
    return row < 3 ? 255 : stream.integer(3);
  });
  return {
    labeled: normal([labeled, side, side, 3], "labeled") as tf.Tensor4D,
    unlabeled: normal([unlabeled, side, side, 3], "unlabeled") as tf.Tensor4D,
    labels: tf.tensor3d(labels, [labeled, side, side], "int32"),
  };
}

/** A batch with the views that a recipe asks for. */
export function withViews(batch: UnlabeledBatch, { views }: Pick<Recipe, "views">): UnlabeledBatch {
  const view = (purpose: string) => normal(batch.unlabeled.shape, purpose) as tf.Tensor4D;
  return {
    ...batch,
    ...(views.plain && { unlabeledPlain: view("plain") }),
    ...(views.count > 1 && { unlabeledSecond: view("second") }),
  };
}

const EACH = { vat: 1, dropout: 1, cutOut: 1, context: 1, object: 1, featureDrop: 1, noise: 1 };

/** `cct` with one auxiliary decoder of each kind. */
export const ONE_OF_EACH: Recipe = {
  ...RECIPES.cct,
  objective: { ...CROSS_CONSISTENCY, auxiliary: EACH },
};

/** Options of a network that a recipe can train: what it has besides, and no MITrans where the mix decoder reads branches. */
export function trainedModel<T extends ModelOptions>(options: T, recipe: Pick<Recipe, "objective">): T {
  const { auxiliary, thresholds, mixDecoder, mitrans } = partsOf(recipe);
  const own = { auxiliary, thresholds, ...options };
  return mixDecoder && !mitrans ? { ...own, mixDecoder, mitrans: false } : own;
}

/** Frees a batch. */
export function disposeBatch(batch: StepBatch): void {
  tf.dispose(Object.values(batch));
}

const PROBABILITIES = {
  mode: "soft",
  space: "probabilities",
  normalize: false,
  constantShare: false,
} as const;

/** `paper` with features blended instead of images, decoupled in probabilities. */
export const BLENDED: Recipe = {
  ...RECIPES.paper,
  objective: {
    ...PAPER_MIX,
    mix: { at: "features", lambdaLimit: 0.5 },
    decouple: PROBABILITIES,
    dec: { ...PROBABILITIES, loss: "mse", weight: 1 },
  },
};

type Changes<T> = { readonly [K in keyof T]?: Partial<T[K]> | T[K] };

/** Names of parts of a recipe or of its objective to change. */
export type RecipeChanges = Changes<Omit<Recipe, "objective">> & Changes<GuidedMixOptions | BoxesOptions> & {
  readonly mix?: Partial<GuidedMixOptions["mix"] & BoxesOptions["mix"]>;
  readonly unsup?:
    & Partial<Omit<GuidedMixOptions["unsup"], "target"> & Omit<BoxesOptions["unsup"], "target">>
    & {
      readonly target?: string;
    };
  readonly donor?: Partial<BoxesOptions["donor"]>;
  readonly classifier?: Partial<GuidedMixOptions["classifier"]>;
  readonly dec?: Partial<GuidedMixOptions["dec"]>;
  readonly decouple?: Partial<GuidedMixOptions["decouple"]>;
  readonly imagePoolUpdates?: 1 | 2;
  readonly decoder?: BoxesOptions["decoder"];
};

type Table = Readonly<Record<string, unknown>>;

function changed(table: Table, changes: Table): Table {
  const parts = Object.entries(changes).map(([part, change]) => {
    const isTable = typeof change === "object" && change !== null && !Array.isArray(change);
    return [part, isTable ? { ...table[part] as object, ...change } : change];
  });
  return { ...table, ...Object.fromEntries(parts) };
}

/** A recipe with changes in its parts and in those of its objective. */
export function recipeWith(base: keyof typeof RECIPES | Recipe, changes: RecipeChanges): Recipe {
  // labeled boxes in every mixture: no test hangs on which of them has one
  const { objective, ...rest } = typeof base === "string" ? withLabeledBoxes(RECIPES[base]) : base;
  const isOwn = ([part]: [string, unknown]) => Object.hasOwn(rest, part);
  const own = Object.fromEntries(Object.entries(changes).filter(isOwn));
  const inner = Object.fromEntries(Object.entries(changes).filter((entry) => !isOwn(entry)));
  return {
    ...changed(rest as unknown as Table, own),
    objective: changed(objective as unknown as Table, inner),
  } as unknown as Recipe;
}

/** Runs one step of a fresh network; `body` gets the result, whose gradients are freed afterwards. */
export async function withStep(
  recipe: Recipe,
  body: (result: StepResult, network: Network) => void | Promise<void>,
  {
    options = SMALL as ModelOptions,
    batch = smallBatch() as UnlabeledBatch,
    context = CONTEXT,
    prepare = (_: Network) => {},
  } = {},
): Promise<void> {
  const network = new Network(trainedModel(options, recipe), 7);
  try {
    prepare(network);
    const result = await guidedMixStep(network, batch, recipe, context);
    await body(result, network);
    for (const gradient of result.gradients.values()) gradient.dispose();
  } finally {
    network.dispose();
    disposeBatch(batch);
  }
}
