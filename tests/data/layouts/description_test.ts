import assert from "node:assert/strict";
import { defaultColors } from "../../../src/data/default_colors.ts";
import { parseDescription } from "../../../src/data/layouts/description.ts";
import { toml } from "../made_folders.ts";

function parse(...lines: string[]) {
  return parseDescription(toml(...lines), "/data/tiny/dataset.toml");
}

/** A description whose first line, the classes, is another one. */
function parseText(text: string) {
  return parseDescription(text, "/data/tiny/dataset.toml");
}

/** Those of two classes that have none. */
const COLORS = defaultColors(["a", "b"]);

Deno.test("parseDescription() fills what may be left out", () => {
  const description = parse();
  assert.equal(description.name, "tiny");
  assert.deepEqual(description.colors, COLORS);
  assert.deepEqual(description.maskRule, {
    masks: "index",
    values: [0, 1],
    colors: COLORS,
    ignore: [255],
    ignoreColors: [],
  });
});

Deno.test("parseDescription() ignores nothing by default when 255 is a class's value", () => {
  assert.deepEqual(parse("values = [0, 255]").maskRule.ignore, []);
});

Deno.test("parseDescription() takes numbers and colours to ignore for colour masks", () => {
  const { maskRule } = parse('masks = "color"', "colors = [[1, 2, 3], [4, 5, 6]]", "ignore = [0, [9, 9, 8]]");
  assert.deepEqual([maskRule.ignore, maskRule.ignoreColors], [[0], [[9, 9, 8]]]);
});

Deno.test("parseDescription() names an unknown key, the known ones and the nearest", () => {
  assert.throws(() => parse('trains = "x"'), (error: Error) => {
    assert.equal(error.name, "DatasetError");
    assert.match(
      error.message,
      /^Cannot read "\/data\/tiny\/dataset\.toml": key "trains" is unknown, expected one of "name"/,
    );
    assert.match(error.message, /did you mean "train"\?$/);
    return true;
  });
});

Deno.test("parseDescription() collects unknown keys, missing keys and wrong values", () => {
  assert.throws(() => parseText('clases = ["a", "b"]\nmasks = "colour"\ntrain = 3\n'), (error: Error) => {
    for (
      const part of [
        /4 problems/,
        /key "clases" is unknown/,
        /classes is missing, expected array/,
        /masks is "colour", expected one of "index"/,
        /train is 3, expected string/,
      ]
    ) {
      assert.match(error.message, part);
    }
    return true;
  });
});

for (
  const [lines, message] of [
    [["colors = [[0, 0, 0]]"], /colors has 1 entries, expected 2, one for each class/],
    [["values = [0, 1, 2]"], /values has 3 entries, expected 2/],
    [["values = [4, 4]"], /values holds 4 twice/],
    [['masks = "color"'], /colors is missing, expected one for each class/],
    [['masks = "color"', "colors = [[1, 1, 1], [1, 1, 1]]"], /colors holds "1, 1, 1" twice/],
    [
      ['masks = "color"', "colors = [[1, 1, 1], [2, 1, 1]]", "values = [0, 1]"],
      /values is given, expected none/,
    ],
    [["ignore = [1]"], /ignore holds 1, the value of "thing", expected others/],
    [["ignore = [[0, 0, 0]]"], /ignore holds a colour, expected numbers with masks = "index"/],
    [['ignore = ["x"]'], /ignore\[0\] is "x", expected a whole number from 0 to 65535 or a colour/],
    [["colors = [[0, 0, 0], [0, 0, 256]]"], /colors\[1\]\[2\] is 256, expected number to be <=255/],
  ] as const
) {
  Deno.test(`parseDescription() refuses ${lines.join(", ")}`, () => {
    assert.throws(() => parse(...lines), { name: "DatasetError", message });
  });
}

Deno.test("parseDescription() wants train and val together, or neither", () => {
  const classes = 'classes = ["a", "b"]\n';
  assert.equal(parseText(classes).train, undefined);
  assert.throws(() => parseText(`${classes}train = "t.txt"`), /val is missing, expected a list/);
  assert.throws(() => parseText(`${classes}val = "v.txt"`), /train is missing, expected a list/);
  assert.throws(() => parseText(`${classes}test = "t.txt"`), /2 problems/);
});

Deno.test("parseDescription() refuses repeated classes and text that is no TOML", () => {
  assert.throws(() => parseText('classes = ["a", "a"]\ntrain = "t"\nval = "v"'), /classes holds "a" twice/);
  assert.throws(() => parseText("classes = ["), {
    name: "DatasetError",
    message: /dataset\.toml": .*expected TOML$/,
  });
});
