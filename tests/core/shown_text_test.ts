import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigError, FormatError } from "../../src/core/errors.ts";
import { cleanMessage, quoted, shownValue } from "../../src/core/shown_text.ts";

Deno.test("cleanMessage() leaves plain texts of any language as they are", () => {
  for (const text of ["Cannot read 320 × 240", "Straße, łąka\n\tмир", "写真 👍🏽 é"]) {
    assert.equal(cleanMessage(text), text);
  }
});

Deno.test("cleanMessage() writes controls, direction marks and invisible letters as numbers", () => {
  assert.equal(cleanMessage("a\u001b[31mb\rc"), "a\\u{1b}[31mb\\u{d}c");
  assert.equal(cleanMessage("a\u202egnp.exe"), "a\\u{202e}gnp.exe");
  assert.equal(cleanMessage("\u200b\u2066\ufeff\u009b\ud800"), "\\u{200b}\\u{2066}\\u{feff}\\u{9b}\\u{d800}");
});

Deno.test("cleanMessage() and quoted() stay short for any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.doesNotMatch(cleanMessage(text), /\p{Bidi_Control}|\p{Cc}(?<![\n\t])/u);
    assert.doesNotMatch(quoted(text), /\p{Bidi_Control}|\p{Cc}/u);
  }));
  assert.ok(cleanMessage("\u202e".repeat(1e6)).length < 40_000);
  assert.equal(quoted("x".repeat(1e6)), `"${"x".repeat(100)}"… (999900 letters more)`);
  assert.equal(quoted('a"b\nc'), '"a\\"b\\nc"');
});

Deno.test("cleanMessage() cuts once: a text that was cut stays as it is, also inside of another", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 3 }), (piece) => {
    const cut = cleanMessage(piece.repeat(9000));
    assert.equal(cleanMessage(cut), cut);
  }));
  const inside = cleanMessage(`Cannot go on: ${cleanMessage("b".repeat(5000))}`);
  assert.equal(inside, `Cannot go on: ${"b".repeat(3986)}… (1014 letters more)`);
});

Deno.test("shownValue() tells values of any depth and size in a few words", () => {
  let deep: unknown[] = [];
  for (let i = 0; i < 100_000; i++) deep = [deep, deep];
  assert.equal(shownValue(deep), "a list of 2");
  assert.equal(shownValue([2, 3]), "[2, 3]");
  assert.equal(shownValue(new Map([[1, deep]])), "a table of 1");
  assert.ok(shownValue(10n ** 500n).length < 150);
  assert.equal(shownValue("a"), '"a"');
  assert.equal(shownValue(null), "nothing");
});

Deno.test("errors of this project have clean messages, as those of other classes have none to clean", () => {
  assert.equal(new FormatError("a\u0007").message, "a\\u{7}");
  const long = new ConfigError("b".repeat(5000));
  assert.equal(long.message, `${"b".repeat(4000)}… (1000 letters more)`);
  assert.equal(long.name, "ConfigError");
  assert.ok(long instanceof ConfigError && long instanceof Error);
  assert.equal(new FormatError("c", { cause: 5 }).cause, 5);
});
