/** Counts of (true class, predicted class) over pixels, and the measures that mmseg derives from them. */

/** What a matrix says about one class. Shares are in [0, 1]. */
export interface ClassResult {
  /** The class's name. */
  readonly name: string;
  /** Intersection over union; `undefined` when the class is in neither the labels nor the predictions. */
  readonly iou?: number;
  /** Share of the class's pixels that were predicted as it; `undefined` when no label has the class. */
  readonly accuracy?: number;
  /** Pixels whose label is this class. */
  readonly pixels: number;
  /** Counted pixels whose prediction is this class. */
  readonly predictedPixels: number;
}

/** The measures of one evaluation, each in [0, 1]. */
export interface EvaluationSummary {
  /** Mean IoU over the classes that have one. */
  readonly miou: number;
  /** Share of counted pixels that are right. */
  readonly accuracy: number;
  /** Mean of the classes' accuracies, over the classes that have one. */
  readonly meanAccuracy: number;
  /** One entry a class, in the order of the classes. */
  readonly perClass: readonly ClassResult[];
}

/**
 * A K×K table of pixel counts, `counts[label * K + prediction]`. Counts are whole numbers held as float64, exact
 * up to 2^53, which is 20 million full HD images.
 *
 * The measures are mmseg's (`mmseg/core/evaluation/metrics.py` of the official repository at 27de72a):
 * - IoU = intersection / (labels + predictions − intersection), accuracy = intersection / labels, over all images
 *   together and not image by image; pixels with the ignore label count nowhere.
 * - A 0/0 is NaN there and left out of the mean (`nanmean`); here it is `undefined` and left out as well. A class
 *   that was predicted but is in no label has IoU 0 and counts in mIoU, without counting in the mean accuracy.
 *
 * One difference: a label that is neither a class nor ignored is an error here. mmseg drops it from the labels, yet
 * still counts the prediction at that pixel.
 */
export class ConfusionMatrix {
  /** Number of classes, K. */
  readonly classes: number;
  readonly #counts: Float64Array;

  /**
   * An empty matrix.
   * @throws {RangeError} If `classes` is not an integer from 1 to 65536
   */
  constructor(classes: number) {
    if (!Number.isInteger(classes) || classes < 1 || classes > 65536) {
      throw new RangeError(
        `Cannot create a confusion matrix: ${classes} classes, expected an integer from 1 to 65536`,
      );
    }
    this.classes = classes;
    this.#counts = new Float64Array(classes * classes);
  }

  /**
   * A matrix from `rows()`, for example out of a JSON file.
   * @throws {RangeError} If the rows are not square or hold something else than counts
   */
  static fromRows(rows: readonly (readonly number[])[]): ConfusionMatrix {
    const matrix = new ConfusionMatrix(rows.length);
    rows.forEach((row, label) => {
      if (row.length !== rows.length) {
        throw new RangeError(
          `Cannot read a confusion matrix: row ${label} has ${row.length} numbers, expected ${rows.length}`,
        );
      }
      row.forEach((count, prediction) => {
        if (!Number.isSafeInteger(count) || count < 0) {
          throw new RangeError(
            `Cannot read a confusion matrix: ${count} at [${label}, ${prediction}], expected a count`,
          );
        }
        matrix.#counts[label * rows.length + prediction] = count;
      });
    });
    return matrix;
  }

  /**
   * Counts one image.
   * @param prediction Class of each pixel, in [0, K)
   * @param label True class of each pixel, in [0, K), or `ignoreLabel`; as many as `prediction`
   * @param ignoreLabel Pixels with this label are left out; it may be one of the classes
   * @throws {RangeError} If the lengths differ or a value is outside the classes; nothing is counted then
   */
  add(prediction: Uint8Array | Int32Array, label: Uint8Array, ignoreLabel: number): void {
    if (prediction.length !== label.length) {
      throw new RangeError(
        `Cannot count an image: ${prediction.length} predictions for ${label.length} labels, expected as many`,
      );
    }
    const image = this.#countImage(prediction, label, ignoreLabel);
    for (let i = 0; i < image.length; i++) this.#counts[i]! += image[i]!;
  }

  #countImage(prediction: Uint8Array | Int32Array, label: Uint8Array, ignoreLabel: number): Int32Array {
    const classes = this.classes;
    const counts = new Int32Array(classes * classes);
    for (let i = 0; i < label.length; i++) {
      const truth = label[i]!;
      if (truth === ignoreLabel) continue;
      // A negative prediction becomes a large unsigned number, so that one comparison finds both ends.
      const predicted = prediction[i]! >>> 0;
      if (truth >= classes || predicted >= classes) {
        throw new RangeError(
          `Cannot count pixel ${i}: label ${truth}, prediction ${prediction[i]}, expected classes 0 to ${
            classes - 1
          } (or ignore label ${ignoreLabel})`,
        );
      }
      counts[truth * classes + predicted]!++;
    }
    return counts;
  }

  /**
   * Adds the counts of another matrix of the same size, which stays as it is.
   * @throws {RangeError} If the number of classes differs
   */
  merge(other: ConfusionMatrix): void {
    if (other.classes !== this.classes) {
      throw new RangeError(
        `Cannot merge confusion matrices: ${other.classes} classes, expected ${this.classes}`,
      );
    }
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i]! += other.#counts[i]!;
  }

  /** The counts, a row per true class; a copy. */
  rows(): number[][] {
    return Array.from(
      { length: this.classes },
      (_, label) => [...this.#counts.subarray(label * this.classes, (label + 1) * this.classes)],
    );
  }

  /**
   * The measures over everything counted so far.
   * @param classNames K names, in the order of the classes
   * @throws {RangeError} If the number of names is not K, or no pixel was counted
   */
  summary(classNames: readonly string[]): EvaluationSummary {
    if (classNames.length !== this.classes) {
      throw new RangeError(
        `Cannot summarize a confusion matrix: ${classNames.length} class names, expected ${this.classes}`,
      );
    }
    const rows = this.rows();
    const total = sum(rows.map(sum));
    if (total === 0) {
      throw new RangeError(
        "Cannot summarize a confusion matrix: no pixel was counted, expected a label that is not ignored",
      );
    }
    const perClass = classNames.map((name, k) => classResult(name, k, rows));
    return {
      miou: mean(perClass.map((result) => result.iou)),
      accuracy: sum(rows.map((row, k) => row[k]!)) / total,
      meanAccuracy: mean(perClass.map((result) => result.accuracy)),
      perClass,
    };
  }
}

function classResult(name: string, k: number, rows: readonly (readonly number[])[]): ClassResult {
  const intersection = rows[k]![k]!;
  const pixels = sum(rows[k]!);
  const predictedPixels = sum(rows.map((row) => row[k]!));
  const union = pixels + predictedPixels - intersection;
  return {
    name,
    ...(union > 0 ? { iou: intersection / union } : {}),
    ...(pixels > 0 ? { accuracy: intersection / pixels } : {}),
    pixels,
    predictedPixels,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly (number | undefined)[]): number {
  const present = values.filter((value) => value !== undefined);
  return sum(present) / present.length;
}
