import type { ModelOptions } from "../config/model_options.ts";
import type { ParameterSpec } from "../nn/parameter_spec.ts";

/** What these names begin with. */
export const THRESHOLD_PREFIX = "pseudo_labels.";

/** Names of what thresholds of pseudo labels follow, running statistics of which training alone knows. */
export const THRESHOLD_STATE = {
  /** `adaptive`: the threshold, `[1]`. */
  threshold: "pseudo_labels.threshold",
  /** `by-class`: the mean of the greatest probability, `[1]`. */
  confidence: "pseudo_labels.confidence",
  /** `by-class`: the mean probability of each class, `[K]`. */
  classes: "pseudo_labels.classes",
} as const;

/** What a network's thresholds follow; nothing where they are fixed. */
export function thresholdSpecs(
  { thresholds, classes }: Pick<ModelOptions, "thresholds" | "classes">,
): ParameterSpec[] {
  const statistic = (name: string, length: number, initial: number): ParameterSpec => (
    { name, kind: "statistic", shape: [length], initial }
  );
  switch (thresholds?.rule) {
    case "adaptive":
      return [statistic(THRESHOLD_STATE.threshold, 1, thresholds.start)];
    case "by-class":
      return [
        statistic(THRESHOLD_STATE.confidence, 1, 1 / classes),
        statistic(THRESHOLD_STATE.classes, classes, 1 / classes),
      ];
    default:
      return [];
  }
}
