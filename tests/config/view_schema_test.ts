import assert from "node:assert/strict";
import { OFFICIAL_VIEWS, type UnlabeledViews } from "../../src/config/view_options.ts";
import { checkViews } from "../../src/config/view_schema.ts";

Deno.test("checkViews() takes what views can be", () => {
  checkViews(OFFICIAL_VIEWS);
  checkViews({ strong: "jitter", count: 2, plain: true, warp: 0.1 });
  checkViews({ strong: "operations", count: 1, plain: true, warp: 0.5 });
});

Deno.test("checkViews() refuses the rest in a sentence", () => {
  const refused = (change: Record<string, unknown>, message: string) => {
    const views = { ...OFFICIAL_VIEWS, ...change } as UnlabeledViews;
    assert.throws(() => checkViews(views), { name: "RangeError", message });
  };
  const kinds = 'one of "official", "jitter", "operations"';
  refused({ strong: "soft" }, `Cannot make views: strong is "soft", expected ${kinds}`);
  refused({ count: 3 }, "Cannot make views: count is 3, expected one of 1, 2");
  refused({ warp: -0.1 }, "Cannot make views: warp is -0.1, expected a number in [0, 0.5]");
  refused({ warp: NaN }, "Cannot make views: warp is NaN, expected a number in [0, 0.5]");
});
