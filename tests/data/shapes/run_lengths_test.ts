import assert from "node:assert/strict";
import fc from "fast-check";
import { fillRuns, runsOfText } from "../../../src/data/shapes/run_lengths.ts";

/** COCO's text of runs, written from the description of the format: the other way round than the reader. */
function textOf(runs: readonly number[]): string {
  return runs.map((run, i) => {
    let value = i > 2 ? run - runs[i - 2]! : run;
    let text = "";
    for (let more = true; more;) {
      const group = value & 31;
      value >>= 5;
      more = (group & 16) !== 0 ? value !== -1 : value !== 0;
      text += String.fromCharCode(48 + group + (more ? 32 : 0));
    }
    return text;
  }).join("");
}

function filled(counts: readonly number[] | string, rows: number, columns: number): number[] {
  const map = { width: columns, height: rows, data: new Uint8Array(rows * columns) };
  fillRuns(map, counts, [rows, columns], 3, "a.json");
  return [...map.data];
}

Deno.test("fillRuns() goes down the columns, the first run outside", () => {
  assert.deepEqual(filled([1, 2, 3], 2, 3), [0, 3, 0, 3, 0, 0]);
  assert.deepEqual(filled([0, 6], 2, 3), [3, 3, 3, 3, 3, 3]);
});

Deno.test("runsOfText() reads what pycocotools writes", () => {
  // mask.encode() (2.0.11) of pictures whose set pixels, down the columns, are: 1, 2 and 6 to 8 of 4 × 3; 1, 2,
  // 100 to 299 and from 310 on of 20 × 20
  assert.deepEqual(runsOfText("12310", "a"), [1, 2, 3, 3, 3]);
  assert.deepEqual(runsOfText("12Q3V6YMbL", "a"), [1, 2, 97, 200, 10, 90]);
});

Deno.test("runsOfText() reverses the format's text", () => {
  const runs = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 30 });
  fc.assert(fc.property(runs, (lengths) => assert.deepEqual(runsOfText(textOf(lengths), "a"), lengths)));
});

Deno.test("fillRuns() refuses runs of another size, that cover too little, or none at all", () => {
  const map = { width: 3, height: 2, data: new Uint8Array(6) };
  assert.throws(() => fillRuns(map, [6], [3, 2], 1, "a.json"), /they are of 2 × 3, expected 3 × 2/);
  assert.throws(() => fillRuns(map, [1, 2], [2, 3], 1, "a.json"), /they cover 3 pixels, expected 6/);
  assert.throws(() => fillRuns(map, [-1, 7], [2, 3], 1, "a.json"), /one is -1, expected whole numbers/);
  assert.throws(() => fillRuns(map, "\u007f", [2, 3], 1, "a.json"), {
    name: "DatasetError",
    message: /character 1 of 1 is none of their text/,
  });
  assert.throws(() => fillRuns(map, "oooooooooooo", [2, 3], 1, "a.json"), /none of their text/);
});
