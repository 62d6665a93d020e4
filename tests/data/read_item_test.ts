import assert from "node:assert/strict";
import { join } from "node:path";
import type { Item } from "../../src/data/dataset.ts";
import { indexRule } from "../../src/data/index_rule.ts";
import { checkedSize, readImage, readLabeled, readLabelMap } from "../../src/data/read_item.ts";
import { greyPng, MASK, photo, withFolder } from "./made_folders.ts";

const DATASET = { classes: ["ground", "thing"], maskRule: indexRule([[0, 0, 0], [9, 9, 9]]) };

function item(root: string, image: string, mask?: string): Item {
  const path = (name: string) => ({ kind: "file", path: join(root, name) } as const);
  return mask === undefined
    ? { id: image, image: path(image) }
    : { id: image, image: path(image), mask: path(mask) };
}

Deno.test("readLabeled() gives image and labels of one size", async () => {
  await withFolder({ "a.png": photo(), "m.png": MASK }, async (root) => {
    const { image, labels } = await readLabeled(DATASET, item(root, "a.png", "m.png"));
    assert.deepEqual([image.width, image.height, image.data[0]], [4, 2, 250]);
    assert.deepEqual([...labels.data], [0, 0, 1, 1, 0, 1, 0, 1]);
    assert.deepEqual(await checkedSize({ kind: "file", path: join(root, "a.png") }, "image"), {
      width: 4,
      height: 2,
    });
  });
});

Deno.test("readLabeled() refuses a mask of another size, naming both files", async () => {
  await withFolder({ "a.png": photo(6, 2), "m.png": MASK }, async (root) => {
    await assert.rejects(readLabeled(DATASET, item(root, "a.png", "m.png")), {
      name: "DatasetError",
      message: `Cannot use mask "${root}/m.png": it is 4 × 2, expected 6 × 2 as "${root}/a.png"`,
    });
  });
});

Deno.test("readLabelMap() tells file, value, histogram and mapping of values outside the classes", async () => {
  await withFolder({ "m.png": greyPng(2, 2, [0, 1, 1, 7]) }, async (root) => {
    await assert.rejects(readLabelMap(DATASET, item(root, "a.png", "m.png")), {
      name: "DatasetError",
      message:
        `Cannot read mask: "${root}/m.png" holds 7, expected a class's value (0, 1) or an ignored one (255); ` +
        'its values: 1: 50.0 %, 0: 25.0 %, 7 (!): 25.0 %; try ignore = [7] if 7 means "no label"',
    });
  });
});

Deno.test("readLabelMap() refuses an item without a mask", async () => {
  await assert.rejects(readLabelMap(DATASET, item("/x", "a.png")), {
    name: "TypeError",
    message: 'Cannot read labels of "a.png": it has no mask, expected a labeled item',
  });
});

Deno.test("readImage() and checkedSize() name the file that is missing, empty, no picture or cut off", async () => {
  const whole = photo(40, 40);
  const files = {
    "empty.png": "",
    "text.jpg": "not a picture",
    "cut.png": whole.subarray(0, whole.length - 30),
  };
  await withFolder(files, async (root) => {
    for (const name of [...Object.keys(files), "missing.png"]) {
      await assert.rejects(readImage(item(root, name)), (error: Error) => {
        assert.equal(error.name, "DatasetError");
        assert.ok(error.message.includes(`"${join(root, name)}"`), error.message);
        return true;
      });
    }
    for (const name of ["text.jpg", "cut.png", "missing.png"]) {
      const source = { kind: "file", path: join(root, name) } as const;
      await assert.rejects(checkedSize(source, "image"), { name: "DatasetError" });
    }
    await assert.rejects(readImage(item(root, ".")), /it is a folder, expected a readable file/);
  });
});

Deno.test("checkedSize() takes data behind a picture, and refuses a JPEG that is cut off or CMYK", async () => {
  const read = (name: string) =>
    Deno.readFileSync(new URL(`../../fixtures/formats/images/${name}`, import.meta.url));
  const whole = read("progressive.jpg");
  const film = new Uint8Array(200_000).fill(7);
  const files = {
    "phone.jpg": new Uint8Array([...whole, ...film]),
    "cut.jpg": whole.subarray(0, whole.length - 20),
    "cmyk.jpg": read("cmyk.jpg"),
  };
  await withFolder(files, async (root) => {
    const size = (name: string) => checkedSize({ kind: "file", path: join(root, name) }, "image");
    const { width, height } = await readImage(item(root, "phone.jpg"));
    assert.deepEqual(await size("phone.jpg"), { width, height });
    await assert.rejects(size("cut.jpg"), /cut\.jpg": it is cut off/);
    await assert.rejects(size("cmyk.jpg"), /cmyk\.jpg": its colours are CMYK/);
  });
});
