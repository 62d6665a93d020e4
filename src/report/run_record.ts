/** What a run leaves behind for its report: plain data, as it stands in JSON files. */
import type { EvaluationSummary } from "../eval/confusion.ts";
import type { DiagnosisRow } from "../train/metric_rows.ts";
import type { RgbColor } from "./palette.ts";

export type { DiagnosisRow, SurePixelsRow } from "../train/metric_rows.ts";

/** Values of options, nested as in `config.toml`. */
export type OptionValue =
  | string
  | number
  | boolean
  | null
  | readonly OptionValue[]
  | { readonly [key: string]: OptionValue };

/** A row of `metrics.jsonl` written while training. */
export interface TrainRow {
  /** Marks the row's kind. */
  readonly kind: "train";
  /** Iterations done, from 1. */
  readonly iteration: number;
  /** Losses by name before their weights, and their weighted sum `total`; `null` is a number that was not finite. */
  readonly losses?: { readonly [name: string]: number | null };
  /** Learning rate of this iteration. */
  readonly learningRate?: number;
  /** ω of this iteration. */
  readonly weight?: number;
  /** Seconds an iteration, over the iterations since the last row. */
  readonly secondsPerIteration?: number;
  /** Share of that time that the step waited for data, from 0 to 1. */
  readonly dataWaitShare?: number;
  /** Memory in use, in bytes. */
  readonly memoryBytes?: number;
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
  readonly accuracy?: number;
  /** IoU by class, in the order of the dataset; `null` where a class does not occur. */
  readonly perClass?: readonly (number | null)[];
}

/** A row of `metrics.jsonl`. */
export type MetricRow = TrainRow | EvalRow | DiagnosisRow;

/** What a picture shows. */
export type PictureKind = "input" | "truth" | "prediction" | "pseudo" | "sure" | "overlay" | "mix";

/** A picture in a report. */
export interface ReportPicture {
  /** What it shows. */
  readonly kind: PictureKind;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** A PNG file in base64. */
  readonly pngBase64: string;
  /** Text under the picture, in place of the kind's name. */
  readonly caption?: string;
}

/** Pictures that belong to one photo: input, truth, prediction, pseudo-mask. */
export interface PictureRow {
  /** The photo's name. */
  readonly name: string;
  /** What to know about it, for example its IoU or that it has no mask. */
  readonly note?: string;
  /** Left to right. */
  readonly pictures: readonly ReportPicture[];
}

/** An unlabeled picture and the labeled one it was mixed with. */
export interface PairRecord {
  /** The unlabeled photo. */
  readonly unlabeled: ReportPicture;
  /** Its partner. */
  readonly labeled: ReportPicture;
  /** Name of the unlabeled photo. */
  readonly unlabeledName: string;
  /** Name of its partner. */
  readonly labeledName: string;
  /** Euclidean distance of their pooled features; absent where pairs are drawn at random. */
  readonly distance?: number;
  /** λ of the mix. */
  readonly mixCoefficient?: number;
}

/** A backend and why it was taken or not. */
export interface BackendReason {
  /** The backend's name. */
  readonly name: string;
  /** Why it was taken, or why not. */
  readonly reason: string;
}

/** The final evaluation of a run. */
export interface EvaluationRecord {
  /** Which part of the dataset, for example `"val"`. */
  readonly split: string;
  /** How, in words: `"whole image, original size"`. */
  readonly mode: string;
  /** Iterations of the evaluated checkpoint. */
  readonly iteration: number;
  /** The measures. */
  readonly summary: EvaluationSummary;
  /** Pixel counts, a row per true class. */
  readonly confusion: readonly (readonly number[])[];
}

/** Something that limits a run. */
export interface Finding {
  /** Tells findings apart. */
  readonly kind:
    | "few-val"
    | "val-lacks"
    | "lost-classes"
    | "seen-little"
    | "still-rising"
    | "still-falling"
    | "fell"
    | "labels-learned"
    | "flat-loss"
    | "padding"
    | "no-baseline";
  /** What was measured, a sentence or two. */
  readonly text: string;
  /** What to try. */
  readonly advice: string;
}

/** Another run, as far as a comparison needs it. */
export interface ComparedRun {
  /** The run's name. */
  readonly name: string;
  /** Runs of one group are repetitions of each other: the recipe, or the recipe and what was changed. */
  readonly group: string;
  /** The run's seed. */
  readonly seed?: number;
  /** Its rows; only those of evaluations are used. */
  readonly metrics: readonly MetricRow[];
  /** Its final measures. */
  readonly summary?: EvaluationSummary;
}

/** What the run was trained on. */
export interface DatasetRecord {
  /** The dataset's name. */
  readonly name: string;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Colour of each class. */
  readonly colors: readonly RgbColor[];
  /** Number of pictures by part: `labeled`, `unlabeled`, `val`, `test`; `left out`, where broken ones are. */
  readonly counts: { readonly [part: string]: number };
}

/** Where a run went on after a stop. */
export interface ResumedRecord {
  /** Start of the last piece, ISO 8601. */
  readonly at: string;
  /** Seconds of the pieces before; missing where they are not known. */
  readonly secondsBefore?: number;
}

/** A run. */
export interface RunRecord {
  /** The run's name, that of its folder. */
  readonly name: string;
  /** A title for people. */
  readonly title: string;
  /** Name of the recipe. */
  readonly recipe: string;
  /** The seed of every random draw. */
  readonly seed: number;
  /** The command line that started it, and those that it was gone on with, one a line. */
  readonly command: string;
  /** Start, ISO 8601; of the last piece where `resumed` does not know those before. */
  readonly started: string;
  /** Missing where it was not gone on with. */
  readonly resumed?: ResumedRecord;
  /** End, ISO 8601; missing while it runs or when it was broken off. */
  readonly finished?: string;
  /** Iterations it is to have. */
  readonly iterations: number;
  /** The backend that computed it. */
  readonly backend: BackendReason & { readonly others: readonly BackendReason[] };
  /** Versions by name of the part: guidedmix, deno, tensorflow. */
  readonly versions: { readonly [part: string]: string };
  /** Every option. */
  readonly options: { readonly [key: string]: OptionValue };
  /** What it was trained on. */
  readonly dataset: DatasetRecord;
  /** Rows of `metrics.jsonl`. */
  readonly metrics: readonly MetricRow[];
  /** The final evaluation. */
  readonly evaluation?: EvaluationRecord;
  /** Photos with truth, prediction, pseudo-mask. */
  readonly pictures: readonly PictureRow[];
  /** Unlabeled photos with truth and pseudo-mask, where a diagnosis was asked for. */
  readonly diagnosisPictures?: readonly PictureRow[];
  /** Pairs that were mixed. */
  readonly pairs: readonly PairRecord[];
  /** What limits it, the weightiest first; missing where it was not asked. */
  readonly findings?: readonly Finding[];
  /** Other runs to compare with; the first one is the baseline. */
  readonly comparison?: readonly ComparedRun[];
}
