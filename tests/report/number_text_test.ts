import assert from "node:assert/strict";
import fc from "fast-check";
import {
  bytesText,
  countText,
  differenceText,
  durationText,
  median,
  numberText,
  percentText,
  pointsText,
} from "../../src/report/number_text.ts";

/** Typographic spaces as plain ones, to compare. */
function plain(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, " ");
}

Deno.test("percentText() and pointsText() round to one digit and show a dash for nothing", () => {
  assert.equal(plain(percentText(0.45678)), "45.7 %");
  assert.equal(plain(percentText(1, 0)), "100 %");
  assert.equal(percentText(undefined), "–");
  assert.equal(pointsText(NaN), "–");
  assert.equal(pointsText(0), "0.0");
});

Deno.test("differenceText() has a sign, and none for what rounds to nothing", () => {
  assert.equal(differenceText(0.012), "+1.2");
  assert.equal(differenceText(-0.1), "−10.0");
  assert.equal(differenceText(-0.0004), "±0.0");
  assert.equal(differenceText(undefined), "–");
});

Deno.test("durationText() takes the unit that fits and carries over", () => {
  const cases: [number, string][] = [
    [0.0421, "0.042 s"],
    [9.99, "10 s"],
    [59.6, "1 min 00 s"],
    [245, "4 min 05 s"],
    [3599.7, "1 h 00 min"],
    [7620, "2 h 07 min"],
    [Infinity, "–"],
  ];
  for (const [seconds, text] of cases) assert.equal(plain(durationText(seconds)), text);
});

Deno.test("countText() and bytesText() group digits and scale", () => {
  assert.equal(plain(countText(1234567)), "1 234 567");
  assert.equal(countText(999), "999");
  assert.equal(plain(bytesText(512)), "512 B");
  assert.equal(plain(bytesText(3.2 * 1024 ** 2)), "3.2 MiB");
});

Deno.test("numberText() has the same value to three digits for any number", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }), (value) => {
      const back = Number(numberText(value));
      assert.ok(Math.abs(back - value) <= Math.abs(value) * 0.0051, `${value} as ${numberText(value)}`);
    }),
  );
  assert.deepEqual([0, 0.01234, 1234.5, 4.56e-7, 2e6].map(numberText), [
    "0",
    "0.0123",
    "1235",
    "4.56e-7",
    "2e6",
  ]);
});

Deno.test("median() is the middle of odd and even lists", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(median([]), undefined);
});
