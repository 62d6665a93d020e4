/** A report as one self-contained page: no script, no address outside itself. */
import { createHash } from "node:crypto";
import { Html, html } from "./html.ts";
import { PAGE_STYLE } from "./page_style.ts";

/** A part of a page: its id, its name in the list of parts, and what it shows; a part without that is left out. */
export type PageSection = readonly [id: string, name: string, section: Html | undefined];

/** What a page is made of. */
export interface PageParts {
  /** Title of the document. */
  readonly title: string;
  /** What stands above the list of parts. */
  readonly head: Html;
  /** From top to bottom. */
  readonly sections: readonly PageSection[];
  /** Last line. */
  readonly footer: string;
}

/**
 * What a browser may do with the page: show its own pictures and styles, and no more. Should a text ever get past the
 * escaping, it runs nothing and asks nobody for anything. Style attributes hold colours and widths.
 */
function contentPolicy(): string {
  const styleDigest = createHash("sha256").update(PAGE_STYLE).digest("base64");
  return [
    "default-src 'none'",
    "img-src data:",
    `style-src-elem 'sha256-${styleDigest}'`,
    "style-src-attr 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** The page as a whole HTML document. */
export function renderPage({ title, head, sections, footer }: PageParts): string {
  const present = sections.filter(([, , section]) => section !== undefined);
  const links = present.map(([id, name]) => html`<a href="#${id}">${name}</a>`);
  const page = html`
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${title} – guidedmix</title>
        <style>${new Html(PAGE_STYLE)}</style>
      </head>
      <body>
        <header>${head}<nav aria-label="Parts of the report">${links}</nav></header>
        <main>${present.map(([, , section]) => section!)}</main>
        <footer>${footer}</footer>
      </body>
    </html>
  `;
  return `<!doctype html>${page.text}`;
}
