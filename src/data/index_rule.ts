import type { Color, MaskRule } from "./dataset.ts";

/**
 * The rule of masks that store numbers: class k is `values[k]`, or k where they are not given; `ignore` (255 by
 * default) is left out.
 * @param colors One for each class
 */
export function indexRule(
  colors: readonly Color[],
  values: readonly number[] = colors.map((_, label) => label),
  ignore: readonly number[] = [255],
): MaskRule {
  return { masks: "index", values, colors, ignore, ignoreColors: [] };
}
