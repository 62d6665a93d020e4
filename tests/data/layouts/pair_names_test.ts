import assert from "node:assert/strict";
import fc from "fast-check";
import { matchNames } from "../../../src/data/layouts/pair_names.ts";

function matched(images: readonly string[], masks: readonly string[]) {
  const { groups: [map], alone: [alone], note, ambiguous } = matchNames([{ images, masks }]);
  return { pairs: [...map!].map((pair) => pair.join(" ")), alone, note, ambiguous };
}

Deno.test("matchNames() takes the same names without a word", () => {
  assert.deepEqual(matched(["a.jpg", "b.jpg"], ["b.png"]), {
    pairs: ["b.jpg b.png"],
    alone: [],
    note: undefined,
    ambiguous: undefined,
  });
});

for (
  const [images, masks, note] of [
    [["a.jpg", "aa.jpg"], ["a_mask.png", "aa_mask.png"], /"\*_mask" where photos are called "\*"/],
    [["1.jpg", "12.jpg"], ["gt_1.png", "gt_12.png"], /"gt_\*"/],
    [["1.jpg", "2.jpg"], ["1 (mask).png", "2 (mask).png"], /"\* \(mask\)"/],
    [["a.x.jpg", "b.x.jpg"], ["a.x.jpg.png"], /"photo\.jpg\.png"/],
    [["A.JPG", "b.jpg"], ["a.png", "B.png"], /upper and lower case differ/],
    [
      ["x/img1.jpg", "x/img2.jpg"],
      ["x/mask1.png", "x/mask2.png"],
      /"mask\*" where photos are called "img\*"/,
    ],
    [["0001TP_006690.png"], ["0001TP_006690_L.png"], /"\*_L"/],
  ] as const
) {
  Deno.test(`matchNames() finds a rule for ${masks.join(", ")}`, () => {
    const found = matched(images, masks);
    assert.deepEqual([found.pairs.length, found.alone], [masks.length, []]);
    assert.match(found.note!, note);
  });
}

Deno.test("matchNames() takes no rule that fits some masks only, and none for numbers at the end", () => {
  assert.deepEqual(matched(["a.jpg", "b.jpg"], ["a_mask.png", "b_label.png"]).alone, [
    "a_mask.png",
    "b_label.png",
  ]);
  assert.deepEqual(matched(["a.jpg", "b.jpg"], ["a.png", "b_mask.png"]).alone, ["b_mask.png"]);
  assert.deepEqual(matched(["a.jpg"], ["a_2.png"]).alone, ["a_2.png"]);
  assert.deepEqual(matched(["a.jpg"], ["other/a_mask.png"]).alone, ["other/a_mask.png"]);
});

Deno.test("matchNames() names both rules where two give different photos", () => {
  const found = matched(["a.jpg", "a_gt.jpg", "b.jpg"], ["a_gt_mask.png"]);
  assert.equal(found.ambiguous?.length, 2);
  assert.deepEqual([found.pairs, found.note], [[], undefined]);
});

Deno.test("matchNames() wants one rule for all groups", () => {
  const both = matchNames([{ images: ["a.jpg"], masks: ["a_mask.png"] }, {
    images: ["b.jpg"],
    masks: ["b.png"],
  }]);
  assert.deepEqual(both.alone, [["a_mask.png"], []]);
});

Deno.test("matchNames() gives each mask its own photo, whatever the names and the suffix", () => {
  const stem = fc.stringMatching(/^[a-z0-9]{1,6}$/);
  const suffix = fc.constantFrom("_mask", "-seg", ".label", "_GT", "_segmentation");
  fc.assert(fc.property(fc.uniqueArray(stem, { minLength: 1, maxLength: 12 }), suffix, (stems, end) => {
    const images = stems.map((name) => `${name}.jpg`);
    const { groups: [map], ambiguous } = matchNames([{
      images,
      masks: stems.map((name) => `${name}${end}.png`),
    }]);
    assert.equal(ambiguous, undefined);
    for (const name of stems) assert.equal(map!.get(`${name}.jpg`), `${name}${end}.png`);
  }));
});
