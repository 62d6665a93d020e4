/** Our training step of a recipe, as a run makes it: forward, backward, SGD, and the teacher's update where there is one. */
import {
  hasTeacher,
  partsOf,
  type Recipe,
  RECIPES,
  usesUnlabeled,
  withLabeledBoxes,
  withThreshold,
} from "../../src/config/recipe.ts";
import type { StepResult } from "../../src/method/guided_mix_step.ts";
import type { StepBatch } from "../../src/method/step_batch.ts";
import type { Network } from "../../src/model/network.ts";
import { Sgd } from "../../src/train/sgd.ts";
import { StepEngine } from "../../src/train/step_engine.ts";
import { Teacher } from "../../src/train/teacher.ts";
import type { BenchEngine } from "./network_step.ts";
import type { Start, StartBatch } from "./recipe_start.ts";

const { supervised, guidedmix, unimatch } = RECIPES;

/** Our steps, by the names of their rows; of a recipe in rounds one that has a teacher. */
export const OUR_STEPS = {
  supervised,
  "guidedmix of 0.1": withLabeledBoxes(guidedmix),
  guidedmix,
  "guidedmix, two views": {
    ...guidedmix,
    views: { ...guidedmix.views, count: 2 },
    teacher: { decay: 0.99, evaluated: false },
  },
  unimatch,
} as const satisfies Readonly<Record<string, Recipe>>;

/** The name of one. */
export type OurStep = keyof typeof OUR_STEPS;

/** Whether a step's network has a mix decoder. */
export function needsMixDecoder(name: OurStep): boolean {
  return partsOf(OUR_STEPS[name]).mixDecoder;
}

/** Small, so that noise stays learnable; PyTorch's side has it too. */
const LEARNING_RATE = 0.001;

/** Length of the run that the steps are of, for ramp-up. */
const ITERATIONS = 1000;

/** The views that a recipe reads. */
function batchFor(recipe: Recipe, { labeled, labels, plain, strong, second }: StartBatch): StepBatch {
  if (!usesUnlabeled(recipe)) return { labeled, labels };
  const { views } = recipe;
  return {
    labeled,
    labels,
    unlabeled: strong,
    ...(views.plain && { unlabeledPlain: plain }),
    ...(views.count === 2 && { unlabeledSecond: second }),
  };
}

/** How a step runs. */
export interface RecipeStepOptions {
  readonly engine: BenchEngine;
  /** Least probability of a pseudo label, in place of the recipe's. */
  readonly threshold?: number;
}

/** A network in training on one batch, again and again. */
export class RecipeStep {
  readonly #network: Network;
  readonly #start: StartBatch;
  readonly #batch: StepBatch;
  readonly #teacher: Teacher | undefined;
  readonly #engine: StepEngine;
  readonly #sgd = new Sgd();
  #iteration = 0;

  /** @param start Given up */
  constructor(name: OurStep, { network, batch }: Start, { engine, threshold }: RecipeStepOptions) {
    const recipe = threshold === undefined ? OUR_STEPS[name] : withThreshold(OUR_STEPS[name], threshold);
    this.#network = network;
    this.#start = batch;
    this.#batch = batchFor(recipe, batch);
    this.#teacher = hasTeacher(recipe) ? new Teacher(network, recipe.teacher) : undefined;
    const config = { engine, recompute: "none", recipe, precision: "float32" } as const;
    for (const each of [network, this.#teacher?.network]) each?.recordInference(engine !== "eager");
    this.#engine = new StepEngine({ network, config, workers: 1, teacher: this.#teacher });
  }

  /** One update, as `makeUpdate` of `src/train` does it for one process. @returns The losses before it */
  async run(): Promise<StepResult["losses"]> {
    const update = { sgd: this.#sgd, learningRate: LEARNING_RATE };
    const iteration = this.#iteration++;
    const context = { seed: 0, iteration, iterations: ITERATIONS, teacher: this.#teacher?.network };
    const { losses, gradients } = await this.#engine.step(this.#batch, context, update);
    this.#sgd.step(this.#network.parameters, gradients, LEARNING_RATE);
    if (!this.#engine.updates(update)) this.#teacher?.follow(this.#network.parameters, iteration);
    return losses;
  }

  /** Gives back all tensors, those of the start too. */
  dispose(): void {
    this.#engine.dispose();
    this.#sgd.dispose();
    this.#teacher?.dispose();
    this.#network.dispose();
    for (const tensor of Object.values(this.#start)) tensor.dispose();
  }
}
