import { flag, numberWhere, oneOf, options } from "./schema_rules.ts";
import type { UnlabeledViews } from "./view_options.ts";

/** The schema of {@linkcode UnlabeledViews}. */
export const VIEWS = options<UnlabeledViews>({
  strong: oneOf(["official", "jitter", "operations"]),
  count: oneOf([1, 2]),
  plain: flag(),
  warp: numberWhere("a number in [0, 0.5]", (share) => share >= 0 && share <= 0.5),
});

/** @throws {RangeError} If views are out of range, with everything that is wrong */
export function checkViews(views: UnlabeledViews): void {
  const { error } = VIEWS.safeParse(views);
  if (error === undefined) return;
  const problems = error.issues.map(({ path: [key], message }) => {
    const present = views[key as keyof UnlabeledViews];
    return `${String(key)} is ${typeof present === "string" ? `"${present}"` : present}, expected ${message}`;
  });
  throw new RangeError(`Cannot make views: ${problems.join("; ")}`);
}
