import assert from "node:assert/strict";
import { join } from "node:path";
import { brokenText, findBroken, withoutBroken } from "../../src/data/broken_photos.ts";
import type { Dataset, Item } from "../../src/data/dataset.ts";
import { openSynthetic } from "../../src/data/synthetic/synthetic.ts";
import { photo, withFolder } from "./made_folders.ts";

/** Whole chunks, wrong pixels: no header shows it. */
function brokenPhoto(): Uint8Array {
  const bytes = photo(40, 40);
  return bytes.fill(255, bytes.length / 2, bytes.length / 2 + 12);
}

/** Photos of which some are broken, on disk meanwhile. */
async function withPhotos(
  count: number,
  broken: readonly number[],
  body: (items: readonly Item[], root: string) => Promise<void>,
): Promise<void> {
  const names = Array.from({ length: count }, (_, i) => `${i}.png`);
  const files = names.map((name, i) => [name, broken.includes(i) ? brokenPhoto() : photo(40, 40)]);
  await withFolder(Object.fromEntries(files), async (root) => {
    const items = names.map((id): Item => ({ id, image: { kind: "file", path: join(root, id) } }));
    await body(items, root);
  });
}

Deno.test("findBroken() finds the same photos in Workers and here, in order, damaged pixels too", async () => {
  await withPhotos(70, [3, 69], async (items, root) => {
    const here = await findBroken(items, { workers: 0 });
    assert.deepEqual(here.map(({ item }) => item.id), ["3.png", "69.png"]);
    assert.ok(here[0]!.problem.startsWith(`"${join(root, "3.png")}"`), here[0]!.problem);
    const told: number[] = [];
    assert.deepEqual(await findBroken(items, { workers: 2, onProgress: (done) => told.push(done) }), here);
    assert.equal(told.at(-1), 70);
  });
});

Deno.test("brokenText() names three photos and counts all", () => {
  const broken = ["a", "b", "c", "d", "e"].map((id): Parameters<typeof brokenText>[0][number] => ({
    item: { id, image: { kind: "file", path: id } },
    problem: `"${id}": it is cut off`,
  }));
  assert.equal(
    brokenText(broken.slice(0, 1), 9),
    '1 of 9 unlabeled photos cannot be read, "a": it is cut off',
  );
  assert.equal(
    brokenText(broken, 9),
    '5 of 9 unlabeled photos cannot be read, "a": it is cut off; "b": it is cut off; "c": it is cut off; and 2 more',
  );
});

Deno.test("withoutBroken() leaves out unlabeled photos that are broken, or were left out before, and no labeled one", async () => {
  await withPhotos(6, [1, 4], async (items) => {
    const [labeled, ...unlabeled] = items.slice(1) as [Item, ...Item[]];
    const dataset: Dataset = { ...openSynthetic(), train: [labeled], unlabeled };
    const found = await withoutBroken(dataset, ({ id }) => id === "2.png");
    assert.deepEqual(found.train, [labeled]);
    assert.deepEqual(found.unlabeled.map(({ id }) => id), ["3.png", "5.png"]);
    assert.deepEqual(found.leftOut?.map(({ id }) => id), ["2.png", "4.png"]);
    assert.match(
      found.notes!.at(-1)!,
      /^left out 2 broken photos: 1 as before; 1 of 4 unlabeled photos cannot be read, "[^"]+4\.png"/,
    );
    const whole = { ...dataset, unlabeled: unlabeled.slice(0, 2) };
    assert.deepEqual(await withoutBroken(whole, () => false), whole);
  });
});
