/** HTML and SVG text in which every value is escaped unless it is markup itself. */

/** Markup that is safe to insert as it is; made by `html` only. */
export class Html {
  /** The markup. */
  readonly text: string;

  /**
   * Takes text as markup, unchecked; `html` is the way to make one from values.
   * @param text Well-formed markup
   */
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a `html` template: text and numbers (escaped), markup, lists of markup, nothing. */
export type HtmlValue = string | number | Html | readonly (Html | undefined)[] | undefined;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The text with the five characters replaced that have a meaning in HTML, for contents and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/**
 * A template tag: values are escaped, markup is inserted as it is, `undefined` leaves nothing.
 * @example `html\`<td>${name}</td>\``
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = strings.map((part, i) => part + (i < values.length ? markupOf(values[i]) : ""));
  return new Html(parts.join(""));
}

function markupOf(value: HtmlValue): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string" || typeof value === "number") return escapeHtml(String(value));
  return value.map((part) => part?.text ?? "").join("\n");
}
