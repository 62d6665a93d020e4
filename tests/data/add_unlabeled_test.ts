import assert from "node:assert/strict";
import { addUnlabeled } from "../../src/data/add_unlabeled.ts";
import type { Item } from "../../src/data/dataset.ts";
import { openSynthetic } from "../../src/data/synthetic/synthetic.ts";

function photo(id: string, path: string): Item {
  return { id, image: { kind: "file", path }, mask: { kind: "file", path: `${path}.mask` } };
}

Deno.test("addUnlabeled() adds pictures that no list has, without their masks", () => {
  const dataset = {
    ...openSynthetic({ train: 0, val: 0, test: 0 }),
    train: [photo("a.png", "/set/a.png")],
    val: [photo("v.png", "/set/v.png")],
  };
  const folder = ["a.png", "v.png", "n.png"].map((name) => photo(name, `/set/${name}`));
  assert.deepEqual(addUnlabeled(dataset, folder).unlabeled, [
    { id: "n.png", image: { kind: "file", path: "/set/n.png" } },
  ]);
});

Deno.test("addUnlabeled() names a picture by its path when another has its id", () => {
  const dataset = { ...openSynthetic({ train: 0, val: 0, test: 0 }), train: [photo("a.png", "/set/a.png")] };
  const { unlabeled } = addUnlabeled(dataset, [photo("a.png", "/more/a.png")]);
  assert.deepEqual(unlabeled.map(({ id }) => id), ["/more/a.png"]);
});

Deno.test("addUnlabeled() knows a picture whose folder is reached by a link", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/set`);
    await Deno.symlink(`${folder}/set`, `${folder}/link`);
    const dataset = {
      ...openSynthetic({ train: 0, val: 0, test: 0 }),
      val: [photo("v.png", `${folder}/set/v.png`)],
    };
    const added = ["v.png", "n.png"].map((name) => photo(`link/${name}`, `${folder}/link/${name}`));
    assert.deepEqual(addUnlabeled(dataset, added).unlabeled.map(({ id }) => id), ["link/n.png"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
