import assert from "node:assert/strict";
import type { MaskRule } from "../../src/data/dataset.ts";
import { unnamedColors } from "../../src/data/default_colors.ts";
import { indexRule } from "../../src/data/index_rule.ts";
import { packColor, type ValueCount } from "../../src/data/mask_rule.ts";
import { histogramText, outsideText, suggestMapping } from "../../src/data/suggest_mapping.ts";

const NAMES = ["road", "tree", "sky"];
const RULE = indexRule(unnamedColors(3));

function counts(rule: MaskRule, ...values: number[]): ValueCount[] {
  const known = (value: number) => rule.values.includes(value) || rule.ignore.includes(value);
  return values.map((value, i) => ({ value, count: 100 - i, known: known(value) }));
}

function suggestion(...values: number[]): string | undefined {
  return suggestMapping(counts(RULE, ...values), RULE, NAMES);
}

Deno.test("suggestMapping() sees classes that count from 1", () => {
  assert.equal(suggestion(1, 2, 3), "values = [1, 2, 3], ignore = [0]");
  assert.equal(suggestion(1, 3, 255), "values = [1, 2, 3], ignore = [0, 255]");
});

Deno.test("suggestMapping() names both ways when void may come first or last", () => {
  assert.equal(
    suggestion(0, 1, 2, 3),
    'ignore = [3] if 3 means "no label", or values = [1, 2, 3], ignore = [0] if 0 does',
  );
});

Deno.test("suggestMapping() takes a single unknown value for void", () => {
  assert.equal(suggestion(0, 1, 2, 11), 'ignore = [11] if 11 means "no label"');
});

Deno.test("suggestMapping() lists the values when there are as many as classes", () => {
  assert.equal(suggestion(90, 30, 60), "values = [30, 60, 90], in the order of classes");
  assert.equal(
    suggestion(0, 128, 255),
    'values = [0, 128, 255], in the order of classes; or ignore = [128] if 128 means "no label"',
  );
  assert.equal(suggestion(90, 30, 60, 255), "values = [30, 60, 90], ignore = [255], in the order of classes");
});

Deno.test("suggestMapping() says what to write when nothing fits", () => {
  assert.equal(
    suggestion(5, 6, 7, 8, 9),
    "values = [the stored number of each class] and ignore = [5, 6, 7, 8, 9] for what is no class",
  );
});

Deno.test("suggestMapping() and outsideText() propose nothing for very many values", () => {
  const many = Array.from({ length: 90 }, (_, i) => 100 + i);
  const rule = { maskRule: RULE, classes: NAMES };
  assert.equal(suggestMapping(counts(RULE, ...many), RULE, NAMES), undefined);
  assert.match(
    outsideText("m.png", 100, counts(RULE, ...many), rule),
    / and 78 more; these look like grey values or an anti-aliased picture, not like classes$/,
  );
  assert.match(suggestion(...many.slice(0, 40))!, /^values = \[the stored number of each class\]/);
  // as many as there are classes are classes
  assert.match(suggestMapping(counts(RULE, ...many), RULE, Array(90).fill("x"))!, /in the order of classes$/);
  const colors: MaskRule = { ...RULE, masks: "color", ignore: [] };
  const painted = Array.from({ length: 90 }, (_, i) => packColor([i, 200, 2 * i]));
  assert.match(
    outsideText("m.png", painted[0]!, counts(colors, ...painted), { maskRule: colors, classes: NAMES }),
    /these look like the colours of a photo or an anti-aliased picture, not like classes$/,
  );
});

Deno.test("suggestMapping() names the class of a near colour", () => {
  const rule: MaskRule = {
    ...RULE,
    masks: "color",
    colors: [[0, 0, 0], [10, 200, 10], [200, 0, 0]],
    ignore: [],
  };
  const value = packColor([12, 198, 10]);
  assert.equal(
    suggestMapping([{ value, count: 1, known: false }], rule, NAMES),
    'the colour of "tree", [10, 200, 10], is near; or ignore = [[12, 198, 10]] if it means "no label"',
  );
});

Deno.test("histogramText() shows shares, marks unknown values and counts the rest", () => {
  const few: ValueCount[] = [{ value: 0, count: 3, known: true }, { value: 9, count: 1, known: false }];
  assert.equal(histogramText(few, "index"), "0: 75.0 %, 9 (!): 25.0 %");
  assert.match(histogramText(counts(RULE, ...Array(20).keys()), "index"), / and 8 more$/);
});

Deno.test("outsideText() names file, value, what is known, histogram and mapping in one sentence", () => {
  const all = counts(RULE, 0, 11);
  assert.equal(
    outsideText("m.png", 11, all, { maskRule: RULE, classes: NAMES }),
    '"m.png" holds 11, expected a class\'s value (0, 1, 2) or an ignored one (255); ' +
      'its values: 0: 50.3 %, 11 (!): 49.7 %; try ignore = [11] if 11 means "no label"',
  );
});
