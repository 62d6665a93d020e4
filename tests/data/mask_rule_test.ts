import assert from "node:assert/strict";
import fc from "fast-check";
import type { MaskRule } from "../../src/data/dataset.ts";
import { indexRule } from "../../src/data/index_rule.ts";
import { countValues, labelMapOf, packColor, unpackColor } from "../../src/data/mask_rule.ts";
import type { RawMask } from "../../src/formats/decode_mask.ts";

const RED = [200, 0, 0] as const;
const BLUE = [0, 0, 200] as const;
const TWO = indexRule([RED, BLUE]);
const BY_COLOR: MaskRule = {
  masks: "color",
  values: [0, 1],
  colors: [RED, BLUE],
  ignore: [0],
  ignoreColors: [[9, 8, 7]],
};

function grey(...values: number[]): RawMask {
  return { kind: "index", width: values.length, height: 1, data: Uint8Array.from(values) };
}

function labels(mask: RawMask, rule: MaskRule): number[] | undefined {
  const map = labelMapOf(mask, rule, "m.png");
  return map === undefined ? undefined : [...map.data];
}

Deno.test("labelMapOf() keeps class numbers and ignores 255 by the default rule", () => {
  assert.deepEqual(labels(grey(0, 1, 255, 1), TWO), [0, 1, 255, 1]);
});

Deno.test("labelMapOf() maps values to classes and ignored numbers to 255", () => {
  const rule = indexRule([RED, BLUE], [7, 300], [0, 11]);
  const mask: RawMask = { kind: "index", width: 2, height: 2, data: Uint16Array.of(300, 7, 11, 0) };
  assert.deepEqual(labels(mask, rule), [1, 0, 255, 255]);
});

Deno.test("labelMapOf() gives undefined when a value is outside the rule", () => {
  assert.equal(labels(grey(0, 2), TWO), undefined);
});

Deno.test("labelMapOf() takes palette indices for index and palette", () => {
  const mask: RawMask = {
    kind: "palette",
    width: 2,
    height: 1,
    data: Uint8Array.of(1, 0),
    palette: [BLUE, RED],
  };
  assert.deepEqual(labels(mask, TWO), [1, 0]);
  assert.deepEqual(labels(mask, { ...TWO, masks: "palette" }), [1, 0]);
});

Deno.test("labelMapOf() looks colours up, a palette's and grey ones too", () => {
  const data = Uint8Array.of(...BLUE, ...RED, 9, 8, 7, 0, 0, 0);
  assert.deepEqual(labels({ kind: "color", width: 4, height: 1, data }, BY_COLOR), [1, 0, 255, 255]);
  const palette: RawMask = {
    kind: "palette",
    width: 2,
    height: 1,
    data: Uint8Array.of(0, 1),
    palette: [BLUE, RED],
  };
  assert.deepEqual(labels(palette, BY_COLOR), [1, 0]);
  assert.deepEqual(labels(grey(0, 0), BY_COLOR), [255, 255]);
});

Deno.test("labelMapOf() refuses a file of another kind, naming it", () => {
  const color: RawMask = { kind: "color", width: 1, height: 1, data: Uint8Array.of(1, 2, 3) };
  assert.throws(() => labels(color, TWO), {
    name: "DatasetError",
    message: 'Cannot read mask "m.png": it holds colours, expected one number a pixel for masks = "index"; ' +
      'masks = "color" reads colours',
  });
  assert.throws(() => labels(grey(0), { ...TWO, masks: "palette" }), /"m.png": it has no palette, expected/);
});

Deno.test("countValues() counts every pixel once and tells which values are known", () => {
  assert.deepEqual(countValues(grey(5, 0, 5, 1, 5, 255), TWO, "m.png"), [
    { value: 5, count: 3, known: false },
    { value: 0, count: 1, known: true },
    { value: 1, count: 1, known: true },
    { value: 255, count: 1, known: true },
  ]);
});

Deno.test("labelMapOf() is the slow look-up when values are any permutation", () => {
  const values = fc.uniqueArray(fc.nat(255), { minLength: 2, maxLength: 20 });
  fc.assert(fc.property(values, fc.array(fc.nat(300), { minLength: 1 }), (values, picks) => {
    const rule = indexRule(values.map(() => RED), values, []);
    const stored = picks.map((pick) => values[pick % values.length]!);
    assert.deepEqual(labels(grey(...stored), rule), stored.map((value) => values.indexOf(value)));
  }));
});

Deno.test("unpackColor() reverses packColor()", () => {
  const byte = fc.nat(255);
  fc.assert(fc.property(fc.tuple(byte, byte, byte), (color) => {
    assert.deepEqual(unpackColor(packColor(color)), color);
  }));
});
