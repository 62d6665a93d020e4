/**
 * Joins the texts of a list; of more than `most` the first ones and how many more there are: `a, b and 3 more`, or
 * `a; b; and 3 more`. The texts of the others are not made.
 * @param most At least 1
 */
export function firstAndMore<T>(
  items: readonly T[],
  most: number,
  textOf: (item: T) => string = String,
  separator: ", " | "; " = ", ",
): string {
  const shown = items.slice(0, most).map((item) => textOf(item)).join(separator);
  const more = items.length - most;
  if (more <= 0) return shown;
  return `${shown}${separator === "; " ? "; and" : " and"} ${more} more`;
}
