import assert from "node:assert/strict";
import fc from "fast-check";
import { type ClassPixels, countClasses, medianWeights } from "../../src/data/class_weights.ts";
import { chooseLabeled } from "../../src/data/choose_labeled.ts";
import { readLabelMap } from "../../src/data/read_item.ts";
import { openSynthetic } from "../../src/data/synthetic/synthetic.ts";

Deno.test("medianWeights() gives each class of equal presence an equal part of the loss", () => {
  // shares 1/2, 1/4, 1/4: each of three classes gets a third of the loss
  const weights = medianWeights([{ own: 50, around: 100 }, { own: 25, around: 100 }, {
    own: 25,
    around: 100,
  }]);
  [2 / 3, 4 / 3, 4 / 3].forEach((expected, c) => assert.ok(Math.abs(weights[c]! - expected) < 1e-12));
});

Deno.test("medianWeights() of power 0.5 are the square roots, with mean 1 again", () => {
  const counts = [{ own: 80, around: 100 }, { own: 20, around: 100 }];
  const [frequent, rare] = medianWeights(counts, 0.5);
  assert.ok(Math.abs(rare! / frequent! - 2) < 1e-12);
  assert.ok(Math.abs(0.8 * frequent! + 0.2 * rare! - 1) < 1e-12);
});

Deno.test("medianWeights() measures a class within the masks that show it, and gives 1 to one that none shows", () => {
  const weights = medianWeights([{ own: 90, around: 100 }, { own: 10, around: 20 }, { own: 0, around: 0 }]);
  assert.ok(Math.abs(weights[1]! / weights[0]! - 0.9 / 0.5) < 1e-12);
  assert.equal(weights[2], 1);
  assert.deepEqual(medianWeights([{ own: 0, around: 0 }, { own: 0, around: 0 }]), [1, 1]);
});

const pixels: fc.Arbitrary<ClassPixels> = fc.record({
  own: fc.nat(10000),
  around: fc.integer({ min: 10000, max: 50000 }),
});

Deno.test("medianWeights() have mean 1 over the labeled pixels, and fall as a class is more frequent", () => {
  fc.assert(fc.property(fc.array(pixels, { minLength: 2, maxLength: 9 }), (counts) => {
    const weights = medianWeights(counts);
    const total = counts.reduce((sum, { own }) => sum + own, 0);
    if (total === 0) return;
    const mean = counts.reduce((sum, { own }, c) => sum + own * weights[c]!, 0) / total;
    assert.ok(Math.abs(mean - 1) < 1e-9);
    const shown = counts.map(({ own, around }, c) => [own / around, weights[c]!] as const)
      .filter(([frequency]) => frequency > 0).sort(([a], [b]) => a - b);
    shown.slice(1).forEach(([, weight], i) => assert.ok(weight <= shown[i]![1] + 1e-9));
  }));
});

Deno.test("countClasses() counts the labeled masks alone, as a slow count does", async () => {
  const whole = openSynthetic({ train: 8, val: 0, test: 0, size: 32 });
  const dataset = await chooseLabeled(whole, { fraction: "3", seed: 0 });
  const counts = await countClasses(dataset);
  const maps = await Promise.all(dataset.train.map((item) => readLabelMap(dataset, item)));
  assert.equal(maps.length, 3);
  dataset.classes.forEach((_, c) => {
    const shows = maps.filter(({ data }) => data.includes(c));
    assert.equal(counts[c]!.own, maps.flatMap(({ data }) => [...data]).filter((label) => label === c).length);
    assert.equal(
      counts[c]!.around,
      shows.flatMap(({ data }) => [...data]).filter((label) => label !== 255).length,
    );
  });
});
