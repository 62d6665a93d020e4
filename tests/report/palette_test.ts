import assert from "node:assert/strict";
import { cssColor } from "../../src/report/palette.ts";

Deno.test("cssColor() writes two digits a channel", () => {
  assert.equal(cssColor([1, 171, 255]), "#01abff");
});
