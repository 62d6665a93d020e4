const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Position after the string that begins at `start` (a quote). */
function stringEnd(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1;
  return i + 1;
}

/**
 * The first key that stands twice in one object of a JSON text; `JSON.parse` would keep the last silently.
 * @param text Valid JSON
 * @returns `undefined` when every key is there once
 */
export function repeatedJsonKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let last = "";
  for (let i = 0; i < text.length;) {
    const start = i;
    i = text.charCodeAt(i) === QUOTE ? stringEnd(text, i) : i + 1;
    const mark = text[start]!;
    if (mark === '"') last = text.slice(start, i);
    else if (mark === "{") open.push(new Set());
    else if (mark === "[") open.push(undefined);
    else if (mark === "}" || mark === "]") open.pop();
    else if (mark === ":") {
      const key = JSON.parse(last) as string;
      // the letter keeps it from being an index, of which thousands may have one hash
      if (open.at(-1)?.has(`k${key}`)) return key;
      open.at(-1)?.add(`k${key}`);
    }
  }
  return undefined;
}
