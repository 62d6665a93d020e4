/** A row of `metrics.jsonl` written while training. */
export interface TrainRow {
  /** Marks the row's kind. */
  readonly kind: "train";
  /** Iterations done, from 1. */
  readonly iteration: number;
  /** Losses by name before their weights, and their weighted sum `total`; means over the iterations since the last row. */
  readonly losses: Readonly<Record<string, number>>;
  /** Learning rate of this iteration. */
  readonly learningRate: number;
  /** ω of this iteration, the ramp-up times the weight. */
  readonly weight: number;
  /** Seconds an iteration, over the iterations since the last row. */
  readonly secondsPerIteration: number;
  /** Share of that time that the step waited for data, from 0 to 1. */
  readonly dataWaitShare: number;
  /**
   * Most bytes that tensors held since the last row. Where steps are functions, whose tensors TensorFlow alone knows, the
   * resident memory of the process.
   */
  readonly memoryBytes: number;
}

/** A row of `metrics.jsonl` written after an evaluation during training. */
export interface EvalRow {
  /** Marks the row's kind. */
  readonly kind: "eval";
  /** Iterations done, from 0. */
  readonly iteration: number;
  /** Mean IoU, from 0 to 1. */
  readonly miou: number;
  /** Share of right pixels, from 0 to 1. */
  readonly accuracy: number;
  /** IoU by class, in the order of the dataset; `null` where a class does not occur. */
  readonly perClass: readonly (number | null)[];
}

/** Measures over pixels whose probability is above a level; shares are from 0 to 1. */
export interface SurePixelsRow {
  /** The level. */
  readonly above: number;
  /** These pixels among all that have a true class. */
  readonly share: number;
  /** Mean IoU over them; `null` where there is none. */
  readonly miou: number | null;
  /** Share of right ones among them; `null` where there is none. */
  readonly accuracy: number | null;
}

/** Mean IoU and share of right pixels, from 0 to 1. */
export interface MaskMeasures {
  /** Mean IoU. */
  readonly miou: number;
  /** Share of right pixels. */
  readonly accuracy: number;
}

/** Predictions of training steps on augmented crops of unlabeled images, against the true masks. */
export interface StepMasksRow {
  /** Crops that were compared. */
  readonly crops: number;
  /** The plain prediction M_u. */
  readonly plain: MaskMeasures;
  /** The decoupled one, M_u_dec. */
  readonly decoupled: MaskMeasures;
}

/** A row of `metrics.jsonl` written after an evaluation when pseudo masks are compared with true masks. */
export interface DiagnosisRow {
  /** Marks the row's kind. */
  readonly kind: "diagnosis";
  /** Iterations done, from 0. */
  readonly iteration: number;
  /** Unlabeled images that were compared. */
  readonly images: number;
  /** Mean IoU over all pixels, from 0 to 1. */
  readonly miou: number;
  /** Share of right pixels, from 0 to 1. */
  readonly accuracy: number;
  /** The same over sure pixels, by level. */
  readonly sure: readonly SurePixelsRow[];
  /** What training steps say of crops of these images; absent where the recipe mixes no unlabeled images. */
  readonly step?: StepMasksRow;
}

/** A row as a run writes it into `metrics.jsonl`. */
export type WrittenRow = TrainRow | EvalRow | DiagnosisRow;
