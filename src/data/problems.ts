import { DatasetError } from "../core/errors.ts";

/** How many problems an error text shows. */
const SHOWN = 10;

/** What to do about files that cannot be read, or do not fit each other. */
export const MEND_FILES = "mend these files, or take them out of the dataset";

/**
 * Throws one error for all problems that were found, and does nothing when there are none.
 * @param action What could not be done, for example `check dataset "CamVid"`
 * @param problems One sentence each, without a full stop, in the order found
 * @param hint What to do next
 * @throws {DatasetError} With the first ten and the count of the others; a single one stands on the first line
 */
export function throwCollected(action: string, problems: readonly string[], hint?: string): void {
  if (problems.length === 0) return;
  const last = (separator: string) => hint === undefined ? "" : separator + hint;
  if (problems.length === 1) throw new DatasetError(`Cannot ${action}: ${problems[0]}${last("; ")}`);
  const shown = problems.slice(0, SHOWN).map((problem) => `\n  ${problem}`).join("");
  const rest = problems.length > SHOWN ? `\n  and ${problems.length - SHOWN} more` : "";
  throw new DatasetError(
    `Cannot ${action}: ${problems.length} problems, expected none${shown}${rest}${last("\n")}`,
  );
}
