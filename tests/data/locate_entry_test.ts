import assert from "node:assert/strict";
import { join } from "node:path";
import { locatedNotes, locateEntry } from "../../src/data/locate_entry.ts";
import { withFolder } from "./made_folders.ts";

Deno.test("locateEntry() takes paths below the folder without looking whether they exist", async () => {
  assert.deepEqual(await locateEntry("/no/set", "images/a.png"), {
    path: "/no/set/images/a.png",
    outside: false,
    backslashes: false,
  });
  assert.equal(await locateEntry("/no/set", "../a.png"), undefined);
});

Deno.test("locateEntry() takes absolute paths elsewhere that exist, the folder's own first", async () => {
  await withFolder({ "set/a.png": "", "else/a.png": "", "set/else/b.png": "" }, async (root) => {
    const set = join(root, "set");
    const elsewhere = join(root, "else/a.png");
    assert.deepEqual(await locateEntry(set, elsewhere), {
      path: elsewhere,
      outside: true,
      backslashes: false,
    });
    assert.equal((await locateEntry(set, "/else/b.png"))!.path, join(set, "else/b.png"));
    // what exists nowhere is told of as below the folder
    assert.equal((await locateEntry(set, "/gone/b.png"))!.path, join(set, "gone/b.png"));
  });
});

Deno.test("locateEntry() takes no way up, neither in a relative path nor in a whole one", async () => {
  await withFolder({ "set/a.png": "", "else/a.png": "" }, async (root) => {
    const set = join(root, "set");
    assert.equal(await locateEntry(set, "../else/a.png"), undefined);
    assert.equal(await locateEntry(set, "..\\else\\a.png"), undefined);
    const around = await locateEntry(set, `${set}/../else/a.png`);
    assert.ok(around === undefined || around.path.startsWith(`${set}/`), around?.path);
  });
});

Deno.test("locateEntry() reads backslashes as slashes where the path as written does not exist", async () => {
  await withFolder({ "in/a.png": "", "odd\\name.png": "" }, async (root) => {
    assert.deepEqual(await locateEntry(root, "in\\a.png"), {
      path: join(root, "in/a.png"),
      outside: false,
      backslashes: true,
    });
    assert.equal((await locateEntry(root, "odd\\name.png"))!.backslashes, false);
  });
});

Deno.test("locatedNotes() says what lies elsewhere and what was turned", () => {
  const one = { path: "/a/b.png", outside: true, backslashes: true };
  assert.deepEqual(locatedNotes("train.txt", [one, { ...one, outside: false, backslashes: false }]), [
    '1 paths of "train.txt" lie outside of the dataset\'s folder, first "/a/b.png"',
    'backslashes in 1 paths of "train.txt" are read as slashes',
  ]);
  assert.deepEqual(locatedNotes("train.txt", []), []);
});
