import assert from "node:assert/strict";
import { addUnlabeled } from "../../src/data/add_unlabeled.ts";
import { chooseLabeled } from "../../src/data/choose_labeled.ts";
import { openSynthetic } from "../../src/data/synthetic/synthetic.ts";
import { withheldItems } from "../../src/data/withheld_items.ts";

const OPENED = openSynthetic({ train: 8, val: 2, test: 0 });

Deno.test("withheldItems() gives the images that a choice made unlabeled, with their masks", async () => {
  const chosen = await chooseLabeled(OPENED, { fraction: "1/4", seed: 0 });
  const withheld = withheldItems(OPENED, chosen);
  assert.deepEqual(withheld.map(({ id }) => id), chosen.unlabeled.map(({ id }) => id));
  assert.ok(withheld.every(({ mask }) => mask !== undefined));
  assert.ok(
    chosen.unlabeled.every(({ mask }) => mask === undefined),
    "what is trained with stays without masks",
  );
});

Deno.test("withheldItems() is empty when all masks are trained with, and knows no photo without a mask", () => {
  assert.deepEqual(withheldItems(OPENED, OPENED), []);
  const photos = OPENED.train.slice(0, 2).map(({ id, image }) => ({ id: `${id}-photo`, image }));
  const withPhotos = { ...OPENED, train: [...OPENED.train, ...photos] };
  assert.deepEqual(withheldItems(withPhotos, OPENED), []);
  assert.deepEqual(withheldItems(OPENED, addUnlabeled(OPENED, photos)), []);
});
