import { DatasetError } from "../../core/errors.ts";
import { expectedNames } from "../../core/names.ts";
import { type Dataset, IGNORE_LABEL, type Item, type SyntheticSource } from "../dataset.ts";
import { defaultColors } from "../default_colors.ts";
import { indexRule } from "../index_rule.ts";
import { SYNTHETIC_CLASSES } from "./scene.ts";

/** Size of the generated dataset. */
export interface SyntheticOptions {
  /** Another seed gives other pictures of the same kind. */
  readonly seed: number;
  /** Width and height of every picture, 32 to 512 pixels. */
  readonly size: number;
  /** Pictures to train with, labeled and unlabeled together. */
  readonly train: number;
  /** Pictures to choose by. */
  readonly val: number;
  /** Pictures to report on. */
  readonly test: number;
}

/** What `openDataset("synthetic")` gives. */
export const SYNTHETIC_DEFAULTS: SyntheticOptions = { seed: 0, size: 96, train: 200, val: 60, test: 60 };

function checkOptions(options: SyntheticOptions): void {
  const known = Object.keys(SYNTHETIC_DEFAULTS);
  for (const [key, value] of Object.entries(options)) {
    if (!known.includes(key)) {
      throw new DatasetError(
        `Cannot generate pictures: option "${key}" is unknown, ${expectedNames(key, known)}`,
      );
    }
    const [low, high] = key === "size" ? [32, 512] : [0, 1e6];
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new DatasetError(
        `Cannot generate pictures: ${key} is ${value}, expected an integer from ${low} to ${high}`,
      );
    }
  }
}

/**
 * The generated dataset: objects told apart by outline and surface, under any colour and light, on spotted grounds with
 * plain decoys. Pictures are drawn when they are read, each a pure function of seed and number.
 * @throws {DatasetError} If an option is unknown or out of its range
 */
export function openSynthetic(changes: Partial<SyntheticOptions> = {}): Dataset {
  const options = { ...SYNTHETIC_DEFAULTS, ...changes };
  checkOptions(options);
  const { seed, size, train, val, test } = options;
  const items = (part: string, first: number, count: number): Item[] => {
    return Array.from({ length: count }, (_, i) => {
      const source: SyntheticSource = { kind: "synthetic", seed, index: first + i, size };
      return { id: `${part}-${String(i).padStart(4, "0")}`, image: source, mask: source };
    });
  };
  const classes = ["background", ...SYNTHETIC_CLASSES.map(({ name }) => name)];
  const colors = defaultColors(classes);
  return {
    name: "synthetic",
    classes,
    colors,
    ignoreLabel: IGNORE_LABEL,
    maskRule: indexRule(colors),
    train: items("train", 0, train),
    // val and test do not move when the number of training pictures changes
    val: items("val", 1_000_000, val),
    test: items("test", 2_000_000, test),
    unlabeled: [],
  };
}
