/** Texts from files and other strangers, as error texts and pages may show them. */

/** Longest piece of foreign text inside a sentence. */
const MOST_LETTERS = 100;

/** Longest message. */
const MOST_MESSAGE = 4000;

/**
 * What moves the cursor, colours a terminal, hides or turns round the letters after it: control characters but line
 * feed and tab, direction marks and isolates, zero-width and other invisible letters, line and paragraph separators,
 * halves of surrogate pairs.
 */
const UNSEEN =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}|[\u{e0000}-\u{e007f}]/gu;

/** A text with unseen letters written as `\u{202e}`, of any length: for what is printed. */
export function cleanText(text: string): string {
  return text.replace(UNSEEN, (letter) => `\\u{${letter.codePointAt(0)!.toString(16)}}`);
}

/** The same, with all after `most` letters as their number. */
function seen(text: string, most: number): string {
  return cleanText(
    text.length > most ? `${text.slice(0, most)}… (${text.length - most} letters more)` : text,
  );
}

/** The end of a text that was cut. */
const CUT = /… \((\d+) letters more\)$/;

/**
 * A message of which no letter acts on a terminal, at most some 4000 long. One that was cut before, as the text of an
 * error inside of another, counts what is left out of it then too.
 */
export function cleanMessage(message: string): string {
  const cut = CUT.exec(message);
  const text = message.slice(0, cut?.index);
  const clean = cleanText(text.slice(0, MOST_MESSAGE));
  // what was cleaned may be longer; no half of a surrogate pair is left at its end
  const kept = clean.slice(0, MOST_MESSAGE).replace(/\p{Cs}$/u, "");
  const left = Math.max(0, text.length - MOST_MESSAGE) + clean.length - kept.length;
  return left === 0 ? kept + (cut?.[0] ?? "") : `${kept}… (${left + Number(cut?.[1] ?? 0)} letters more)`;
}

/** A foreign text in double quotes, cut after 100 letters; quotes and line ends in it are escaped. */
export function quoted(text: string): string {
  const rest = text.length - MOST_LETTERS;
  const more = rest > 0 ? `… (${rest} letters more)` : "";
  return seen(JSON.stringify(text.slice(0, MOST_LETTERS)), 10 * MOST_LETTERS) + more;
}

/** A value of unknown depth and size in a few words: numbers and texts themselves, of others their kind. */
export function shownValue(value: unknown): string {
  if (value === null) return "nothing";
  if (typeof value === "string") return quoted(value);
  if (typeof value === "bigint" || typeof value === "number") return seen(String(value), MOST_LETTERS);
  if (Array.isArray(value)) return shownList(value);
  if (value instanceof Map || value instanceof Set) return `a table of ${value.size}`;
  return typeof value === "object" ? "a table" : seen(String(value), MOST_LETTERS);
}

/** Short lists of numbers as they are, others by their length. */
function shownList(list: readonly unknown[]): string {
  const plain = list.length <= 8 && list.every((item) => typeof item === "number");
  return plain ? `[${list.join(", ")}]` : `a list of ${list.length}`;
}
