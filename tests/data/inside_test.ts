import assert from "node:assert/strict";
import fc from "fast-check";
import { isInside, resolveInside } from "../../src/data/inside.ts";

Deno.test("resolveInside() takes paths below the root, a leading slash means the root", () => {
  assert.equal(resolveInside("/data/set", "images/a.png"), "/data/set/images/a.png");
  assert.equal(resolveInside("/data/set", "/images//a.png"), "/data/set/images/a.png");
  assert.equal(resolveInside("/data/set", "/data/set/a.png"), "/data/set/a.png");
  assert.equal(resolveInside("/data/set", "x/../a.png"), "/data/set/a.png");
  assert.equal(resolveInside("/data/set", "..a.png"), "/data/set/..a.png");
});

Deno.test("resolveInside() gives undefined for paths that leave the root", () => {
  assert.equal(resolveInside("/data/set", "../other/a.png"), undefined);
  assert.equal(resolveInside("/data/set", "x/../../a.png"), undefined);
  assert.equal(resolveInside("/data/set", "/../a.png"), undefined);
});

Deno.test("resolveInside() never gives a path outside", () => {
  const part = fc.constantFrom("..", ".", "a", "b", "", "set", "data");
  fc.assert(fc.property(fc.array(part, { minLength: 1 }), (parts) => {
    const path = resolveInside("/data/set", parts.join("/"));
    if (path !== undefined) {
      assert.ok(isInside("/data/set", path) && (path + "/").startsWith("/data/set/"), path);
    }
  }));
});
