import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { tomlReason } from "../../src/core/toml_reason.ts";

function reasonOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    return tomlReason(error, text);
  }
  throw new Error("it is TOML");
}

Deno.test("tomlReason() names the line and shows it", () => {
  assert.match(reasonOf("a = 1\r\nb = [1, }\r\n"), /^\S.* in line 2 \("b = \[1, }"\)$/);
  assert.match(reasonOf("a = 1\na = 2\n"), /redefine.* in line 2 \("a = 2"\)$/);
  assert.equal(tomlReason(new Error("other\nmore"), ""), "other");
});
