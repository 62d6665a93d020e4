/**
 * Joins texts; of more than `most` the first ones and how many more there are: `a, b and 3 more`, or `a; b; and 3 more`.
 * @param most At least 1
 */
export function firstAndMore(texts: readonly string[], most: number, separator: ", " | "; " = ", "): string {
  const shown = texts.slice(0, most).join(separator);
  const more = texts.length - most;
  if (more <= 0) return shown;
  return `${shown}${separator === "; " ? "; and" : " and"} ${more} more`;
}
