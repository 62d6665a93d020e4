import assert from "node:assert/strict";
import fc from "fast-check";
import { randomStream } from "../../../src/core/random.ts";
import { drawSize, fittedSize, scaledBy } from "../../../src/data/augment/scale.ts";

const side = fc.integer({ min: 1, max: 3000 });

Deno.test("fittedSize() fits the short side first for VOC's scale and the long for a narrow one", () => {
  assert.deepEqual(fittedSize({ height: 375, width: 500 }, [2048, 512]), { height: 512, width: 683 });
  assert.deepEqual(fittedSize({ height: 500, width: 375 }, [2048, 512]), { height: 683, width: 512 });
  assert.deepEqual(fittedSize({ height: 100, width: 1000 }, [500, 400]), { height: 50, width: 500 });
});

Deno.test("fittedSize() keeps a size that is the scale, in either order", () => {
  fc.assert(fc.property(side, side, (height, width) => {
    assert.deepEqual(fittedSize({ height, width }, [width, height]), { height, width });
    assert.deepEqual(fittedSize({ height, width }, [height, width]), { height, width });
  }));
});

Deno.test("fittedSize() stays inside the scale and touches it", () => {
  fc.assert(fc.property(side, side, side, side, (height, width, a, b) => {
    const size = fittedSize({ height, width }, [a, b]);
    const [long, short] = [Math.max(size.height, size.width), Math.min(size.height, size.width)];
    assert.ok(long <= Math.max(a, b) && short <= Math.max(1, Math.min(a, b)));
    assert.ok(long === Math.max(a, b) || short === Math.min(a, b) || long === 1);
  }));
});

Deno.test("scaledBy() cuts to integers of at least 1", () => {
  assert.deepEqual(scaledBy([2048, 512], 1.7), [3481, 870]);
  assert.deepEqual(scaledBy([1, 2], 0.1), [1, 1]);
});

Deno.test("drawSize() spreads over the ratio range and is the own size for [1, 1]", () => {
  const own = { height: 360, width: 480 };
  const ratios = Array.from(
    { length: 300 },
    (_, i) => drawSize(randomStream(0, "r", i), own, [0.5, 2]).width / 480,
  );
  assert.ok(Math.min(...ratios) >= 0.49 && Math.min(...ratios) < 0.53);
  assert.ok(Math.max(...ratios) <= 2 && Math.max(...ratios) > 1.97);
  assert.deepEqual(drawSize(randomStream(0, "r"), own, [1, 1]), own);
});
