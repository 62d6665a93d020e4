import type { DecoderOptions, EncoderOptions, MitransOptions } from "./model_options.ts";
import type { Recipe } from "./recipe.ts";

/** What the generated dataset has; see `openSynthetic`. */
export interface SyntheticConfig {
  /** Another seed gives other pictures of the same kind. */
  readonly seed: number;
  /** Width and height of every picture, an integer in [32, 512]. */
  readonly size: number;
  /** Pictures to train with, labeled and unlabeled together. */
  readonly train: number;
  /** Pictures to choose by. */
  readonly val: number;
  /** Pictures to report on. */
  readonly test: number;
}

/** Where a run's images come from. */
export interface DataConfig {
  /** `synthetic`, a folder, or a `dataset.toml`. */
  readonly source: string;
  /** Size and counts of `synthetic`; unused for other sources. */
  readonly synthetic?: SyntheticConfig;
  /** Which train images are labeled: a list file, a fraction such as `1/8`, or all that have masks. */
  readonly labeled?: string;
  /** More unlabeled images: a folder or a list. */
  readonly unlabeled?: string;
  /** Leaves out unlabeled photos that cannot be read: each is decoded once before the run. Refused where left out. */
  readonly skipBroken?: boolean;
  /** Height and width of a training crop. */
  readonly crop: readonly [number, number];
  /** Size `[width, height]` that images are scaled to before the random ratio; their own size when absent. */
  readonly scale?: readonly [number, number];
  /** Least and greatest random resize ratio. */
  readonly ratioRange: readonly [number, number];
  /** Mirrors half of the crops. */
  readonly flip: boolean;
  /** Random brightness, contrast, saturation and hue. */
  readonly photometric: boolean;
  /** Workers that decode and augment ahead; 0 does it in the process itself. */
  readonly workers: number;
}

/** Parts of the network that do not follow from the dataset or the recipe. */
export interface NetworkConfig {
  /** The shared encoder. */
  readonly encoder: EncoderOptions;
  /** The decoders. */
  readonly decoder: DecoderOptions;
  /** MITrans, or false. */
  readonly mitrans: MitransOptions | false;
  /** File with weights to begin with, or `imagenet` for the encoder's published ones; random where left out. */
  readonly weights?: string;
}

/** SGD with the poly schedule. */
export interface OptimizerConfig {
  /** Learning rate at the start. */
  readonly learningRate: number;
  /** Learning rate at the end. */
  readonly minimumLearningRate: number;
  /** Exponent of the schedule. */
  readonly power: number;
  /** Share of the momentum buffer that stays, in [0, 1). */
  readonly momentum: number;
  /** Share of each parameter added to its gradient. */
  readonly weightDecay: number;
  /** Factor of the learning rate of everything but the encoder. */
  readonly headFactor: number;
  /** Largest norm of all gradients together; 0 does not clip. */
  readonly clipNorm: number;
  /** Steps whose gradients are averaged before an update. */
  readonly accumulate: number;
}

/** When and how a run is evaluated. */
export interface EvaluationConfig {
  /** Iterations between evaluations. */
  readonly every: number;
  /** `whole` images, or `slide`: windows of `crop`. */
  readonly mode: "whole" | "slide";
  /** Height and width of a window. */
  readonly crop: readonly [number, number];
  /** Rows and columns between windows. */
  readonly stride: readonly [number, number];
  /** Size `[width, height]` that images are scaled to, keeping their shape; their own size when absent. */
  readonly scale?: readonly [number, number];
  /** Most images of the list that are looked at during training; 0 takes all. */
  readonly limit: number;
  /**
   * Most unlabeled images whose pseudo masks are compared with their true masks at each evaluation: a diagnosis, nothing
   * of it is trained with. Without it, or with 0, no mask of an unlabeled image is opened.
   */
  readonly diagnosePseudoMasks?: number;
}

/** Everything that decides a run's numbers. */
export interface RunConfig {
  /** The preset that it began as. */
  readonly preset: string;
  /** Names every random draw of the run. */
  readonly seed: number;
  /** A backend's name, or `auto`. */
  readonly backend: string;
  /**
   * In which type convolutions of training steps multiply; `bfloat16` is for backend `tensorflow`. Evaluation, prediction
   * and export know float32 alone.
   */
  readonly precision: "float32" | "bfloat16";
  /**
   * Which part of the network keeps only what each of its blocks begins with and is computed again in the backward pass
   * (activation checkpointing): less memory for more work, the same numbers.
   */
  readonly recompute: "none" | "encoder";
  /**
   * How steps run on backend `tensorflow`: recorded once as a TensorFlow function and called (`function`), op by op
   * (`eager`: slower, for debugging), or what can be had (`auto`). They differ by rounding.
   */
  readonly engine: "auto" | "function" | "eager";
  /** Updates of the parameters. */
  readonly iterations: number;
  /** Images a step. */
  readonly batch: { readonly labeled: number; readonly unlabeled: number };
  /** Iterations between checkpoints. */
  readonly checkpointEvery: number;
  /** Where images come from, and how they are changed. */
  readonly data: DataConfig;
  /** The network, besides what dataset and recipe decide. */
  readonly network: NetworkConfig;
  /** The method's parts. */
  readonly recipe: Recipe;
  /** Optimizer and schedule. */
  readonly optimizer: OptimizerConfig;
  /** When and how the run is evaluated. */
  readonly evaluation: EvaluationConfig;
}
