import assert from "node:assert/strict";
import fc from "fast-check";
import { escapeHtml, html } from "../../src/report/html.ts";

Deno.test("html() escapes text, keeps markup and lists of it, and leaves nothing for undefined", () => {
  const items = ["a", "<b>"].map((item) => html`<li>${item}</li>`);
  assert.equal(
    html`<ul title="${'"'}">${items}</ul>${undefined}${3}`.text,
    '<ul title="&quot;"><li>a</li>\n<li>&lt;b&gt;</li></ul>3',
  );
});

Deno.test("escapeHtml() leaves no character that could end a tag, an attribute or begin an entity", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const escaped = escapeHtml(text);
    assert.doesNotMatch(escaped.replace(/&(amp|lt|gt|quot|#39);/g, ""), /[<>"'&]/);
    const back = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" } as Record<string, string>;
    assert.equal(escaped.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => back[name]!), text);
  }));
});
