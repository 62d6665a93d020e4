import { BLACK, distinctColors } from "./distinct_colors.ts";
import type { Color } from "./dataset.ts";
import { standsForNothing } from "./nothing_names.ts";

/**
 * Colours of classes that have none: black for the first one that stands for nothing (background, void …), distinct ones
 * for the others.
 * @param names Of the classes
 */
export function defaultColors(names: readonly string[]): Color[] {
  const background = names.findIndex(standsForNothing);
  const colors = distinctColors(names.length).values();
  return names.map((_, label) => label === background ? BLACK : colors.next().value!);
}

/** The same for classes without names, of which 0 is taken for the background. @param count How many */
export function unnamedColors(count: number): Color[] {
  return [BLACK, ...distinctColors(count)].slice(0, count);
}
