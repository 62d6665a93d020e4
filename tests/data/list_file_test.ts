import assert from "node:assert/strict";
import fc from "fast-check";
import { listField, parseList, readList, tidyPath } from "../../src/data/list_file.ts";

Deno.test("parseList() reads images with and without masks", () => {
  assert.deepEqual(parseList("a.jpg m/a.png\nb.jpg\n\n", "t.txt"), [
    { image: "a.jpg", mask: "m/a.png", line: 1 },
    { image: "b.jpg", line: 2 },
  ]);
});

Deno.test("parseList() accepts a byte order mark, CRLF, tabs and names in quotes", () => {
  const entries = parseList('\uFEFFa.jpg\tm.png\r\n"my photo.jpg" "my mask.png"\r\n', "t.txt");
  assert.deepEqual(entries.map(({ image, mask }) => [image, mask]), [["a.jpg", "m.png"], [
    "my photo.jpg",
    "my mask.png",
  ]]);
});

Deno.test("parseList() collects empty lines, long lines and repeated images", () => {
  assert.throws(() => parseList("a.jpg\n\n./a.jpg\nx y z\n", "t.txt"), (error: Error) => {
    assert.equal(error.name, "DatasetError");
    assert.match(error.message, /^Cannot read list "t.txt": 3 problems, expected none\n/);
    assert.match(error.message, /line 2 is empty, expected an image/);
    assert.match(error.message, /line 4 has 3 fields, expected image and mask/);
    assert.match(error.message, /line 3 repeats "\.\/a\.jpg" of line 1, expected each image once/);
    return true;
  });
});

Deno.test("parseList() shows ten problems and counts the others", () => {
  const text = Array.from({ length: 26 }, () => "a.jpg").join("\n");
  assert.throws(() => parseList(text, "t.txt"), /: 25 problems, expected none\n(.*\n){10} {2}and 15 more$/);
});

Deno.test("parseList() refuses an empty list", () => {
  assert.throws(() => parseList("\n \n", "t.txt"), {
    name: "DatasetError",
    message: 'Cannot read list "t.txt": it is empty, expected an image a line',
  });
});

Deno.test("readList() names a list that does not exist", async () => {
  await assert.rejects(readList("/nowhere/t.txt"), {
    name: "DatasetError",
    message: 'Cannot read "/nowhere/t.txt": the file does not exist, expected a readable file',
  });
});

Deno.test("tidyPath() drops leading and double slashes", () => {
  assert.equal(tidyPath("/SegmentationClassContext//a.png"), "SegmentationClassContext/a.png");
  assert.equal(tidyPath("./a.png"), "a.png");
});

Deno.test("parseList() reads what listField() wrote", () => {
  const name = fc.string({ minLength: 1, unit: fc.constantFrom("a", "b", " ", "/", ".", "é", '"') })
    .filter((text) => text.trim() === text);
  fc.assert(fc.property(fc.uniqueArray(name, { minLength: 1, selector: tidyPath }), (names) => {
    const entries = parseList(names.map((name) => `${listField(name)}\n`).join(""), "t.txt");
    assert.deepEqual(entries.map(({ image }) => image), names);
  }));
});
