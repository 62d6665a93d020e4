/** Edit distance (Levenshtein) between two short names. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substitution));
    }
    row = next;
  }
  return row[b.length]!;
}

/** No name of this project comes near: a stranger's may have a million letters. */
const LONGEST_NAME = 100;

/**
 * The known name nearest to an unknown one.
 * @returns `undefined` when nothing is near (more than half of the letters would change)
 */
export function nearestName(unknown: string, known: readonly string[]): string | undefined {
  if (unknown.length > LONGEST_NAME) return undefined;
  const ranked = known
    .map((name) => ({ name, distance: editDistance(unknown.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best === undefined || best.distance > Math.max(unknown.length, best.name.length) / 2) return undefined;
  return best.name;
}

/**
 * The text that ends every "unknown name" error: what exists, and what was perhaps meant.
 * @example `expected one of "demo", "camvid"; did you mean "camvid"?`
 */
export function expectedNames(unknown: string, known: readonly string[]): string {
  const list = known.map((name) => `"${name}"`).join(", ");
  const nearest = nearestName(unknown, known);
  return `expected one of ${list}${nearest === undefined ? "" : `; did you mean "${nearest}"?`}`;
}
