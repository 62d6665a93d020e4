import assert from "node:assert/strict";
import { openFolders } from "../../../src/data/layouts/folders.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { type Files, greyPng, MASK, palettePng, photo, rgbPng, withFolder } from "../made_folders.ts";

function pairs(names: readonly string[], mask: Uint8Array = MASK): Files {
  return Object.fromEntries(
    names.flatMap((name) => [[`images/${name}.jpg`, photo()], [`masks/${name}.png`, mask]]),
  );
}

const TEN = Array.from({ length: 10 }, (_, i) => `p${i}`);

Deno.test("openFolders() matches names, and takes images without a mask as unlabeled", async () => {
  await withFolder({ ...pairs(TEN), "images/free.png": photo() }, async (root) => {
    const dataset = await openFolders(root);
    assert.deepEqual(dataset.unlabeled.map(({ id }) => id), ["images/free.png"]);
    assert.deepEqual([dataset.train.length, dataset.val.length], [8, 2]);
    assert.deepEqual(await openFolders(root), dataset);
    assert.deepEqual([dataset.classes, dataset.unnamed], [["class 0", "class 1"], true]);
  });
});

Deno.test("openFolders() keeps the names of val.txt for val", async () => {
  await withFolder({ ...pairs(TEN), "val.txt": "images/p3.jpg\np5\n" }, async (root) => {
    assert.deepEqual((await openFolders(root)).val.map(({ id }) => id), ["images/p3.jpg", "images/p5.jpg"]);
  });
  await withFolder({ ...pairs(TEN), "val.txt": "p99\n" }, async (root) => {
    await assert.rejects(openFolders(root), /"p99" of "val\.txt" has no image and mask/);
  });
});

Deno.test("openFolders() takes folders train and val", async () => {
  await withFolder(pairs(["train/a", "train/b", "val/c"]), async (root) => {
    const dataset = await openFolders(root);
    assert.deepEqual(dataset.train.map(({ id }) => id), ["images/train/a.jpg", "images/train/b.jpg"]);
    assert.deepEqual(dataset.val.map(({ id }) => id), ["images/val/c.jpg"]);
  });
});

Deno.test("openFolders() sees two classes in masks of 0 and 255", async () => {
  await withFolder(pairs(TEN, greyPng(4, 2, [0, 255, 0, 0, 255, 0, 0, 0])), async (root) => {
    const dataset = await openFolders(root);
    assert.equal(dataset.classes.length, 2);
    assert.deepEqual([...(await readLabelMap(dataset, dataset.train[0]!)).data], [0, 1, 0, 0, 1, 0, 0, 0]);
  });
});

/** Grey levels as a picture of three channels. */
function greyRgb(values: readonly number[]): Uint8Array {
  return rgbPng(4, 2, values.map((value) => [value, value, value]));
}

Deno.test("openFolders() reads grey masks of three channels by their numbers, alone, beside others and under names", async () => {
  const numbers = [0, 2, 1, 1, 0, 2, 0, 255];
  const [grey, flat] = [greyRgb(numbers), greyPng(4, 2, numbers)];
  for (const files of [pairs(TEN, grey), { ...pairs(TEN, flat), "masks/p3.png": grey }]) {
    for (const names of [{}, { "classes.txt": "wall\nfloor\nroof\n" }] as Files[]) {
      await withFolder({ ...files, ...names }, async (root) => {
        const dataset = await openFolders(root);
        assert.equal(dataset.classes.length, 3);
        for (const item of [...dataset.train, ...dataset.val]) {
          assert.deepEqual([...(await readLabelMap(dataset, item)).data], numbers);
        }
      });
    }
  }
  await withFolder(pairs(TEN, greyRgb([0, 255, 0, 0, 255, 0, 0, 255])), async (root) => {
    const dataset = await openFolders(root);
    assert.equal(dataset.classes.length, 2);
    assert.deepEqual([...(await readLabelMap(dataset, dataset.train[0]!)).data], [0, 1, 0, 0, 1, 0, 0, 1]);
  });
  // among masks in colours greys are colours
  const colors = rgbPng(4, 2, [...new Array(4).fill([0, 0, 0]), ...new Array(4).fill([9, 9, 200])]);
  await withFolder({ ...pairs(TEN, colors), "masks/p3.png": greyRgb(new Array(8).fill(0)) }, async (root) => {
    await assert.rejects(openFolders(root), /masks = "color", colors = \[\[0, 0, 0\], \[9, 9, 200\]\]/);
  });
});

Deno.test("openFolders() takes names from classes.txt and colours from a palette", async () => {
  const mask = palettePng(4, 2, [0, 1, 2, 0, 1, 2, 0, 1], [[1, 2, 3], [40, 50, 60], [7, 8, 9]]);
  await withFolder({ ...pairs(TEN, mask), "classes.txt": "wall\nfloor\nroof\n" }, async (root) => {
    const dataset = await openFolders(root);
    assert.deepEqual(dataset.classes, ["wall", "floor", "roof"]);
    assert.equal(dataset.unnamed, undefined);
    assert.deepEqual(dataset.colors, [[1, 2, 3], [40, 50, 60], [7, 8, 9]]);
  });
});

Deno.test("openFolders() tells what to write when masks do not tell the classes", async () => {
  await withFolder(pairs(TEN, rgbPng(4, 2, [[200, 0, 0], [0, 0, 200]])), async (root) => {
    await assert.rejects(openFolders(root), {
      name: "DatasetError",
      message:
        `Cannot tell the classes of "${root}": its masks hold [0, 0, 200]: 50.0 %, [200, 0, 0]: 50.0 %, ` +
        'expected class numbers 0, 1, 2 …; describe them in "dataset.toml": classes = [a name each], ' +
        'masks = "color", colors = [[0, 0, 200], [200, 0, 0]], and ignore for what is no class',
    });
  });
  await withFolder(pairs(TEN, greyPng(4, 2, [0, 90, 180, 0, 0, 0, 0, 0])), async (root) => {
    await assert.rejects(openFolders(root), /values = \[0, 90, 180\], and ignore/);
  });
});

Deno.test("openFolders() proposes no values where there are too many for classes", async () => {
  const spread = Array.from({ length: 90 }, (_, i) => (i * 89 + 31) % 251);
  await withFolder(
    Object.fromEntries(
      TEN.flatMap((name) => [[`images/${name}.jpg`, photo(10, 9)], [
        `masks/${name}.png`,
        greyPng(10, 9, spread),
      ]]),
    ),
    async (root) => {
      await assert.rejects(openFolders(root), (error: Error) => {
        assert.match(
          error.message,
          /hold 90 values, .*; these look like grey values or an anti-aliased picture/,
        );
        assert.doesNotMatch(error.message, /values = /);
        return true;
      });
    },
  );
});

Deno.test("openFolders() tells what to do about a broken mask", async () => {
  await withFolder({ ...pairs(TEN), "masks/p3.png": "no picture" }, async (root) => {
    await assert.rejects(
      openFolders(root),
      /p3\.png": .*; mend these files, or take them out of the dataset$/,
    );
  });
});

Deno.test("openFolders() refuses masks without images, one pair alone and two images of one name", async () => {
  await withFolder({ ...pairs(["a", "b"]), "masks/alone.png": MASK }, async (root) => {
    await assert.rejects(
      openFolders(root),
      /"masks\/alone\.png" has no image, expected "images\/alone\.jpg" or \.png/,
    );
  });
  await withFolder(pairs(["a"]), async (root) => {
    await assert.rejects(openFolders(root), /1 images have a mask of the same name, expected at least 2/);
  });
  await withFolder({ ...pairs(["a", "b"]), "images/a.png": photo() }, async (root) => {
    await assert.rejects(openFolders(root), /"a\.jpg" and "a\.png" have one name, expected different ones/);
  });
});

Deno.test("openFolders() finds the names of val.txt as they are, with dots and folders", async () => {
  const names = ["a", "a.v0", "x0", "s/x0", "s/x1"];
  for (
    const [line, image] of [
      ["a.v0", "images/a.v0.jpg"],
      ["images/s/x0.jpg", "images/s/x0.jpg"],
      ["s/x1.JPG", "images/s/x1.jpg"],
      ["JPEGImages/x0.png", "images/x0.jpg"],
      ["x0.tif", "images/x0.jpg"],
    ] as const
  ) {
    await withFolder({ ...pairs(names), "val.txt": `${line}\n` }, async (root) => {
      assert.deepEqual((await openFolders(root)).val.map(({ id }) => id), [image]);
    });
  }
  await withFolder({ ...pairs(names), "val.txt": "x1\n" }, async (root) => {
    await assert.rejects(openFolders(root), /"x1" of "val\.txt" has no image and mask/);
  });
});

Deno.test("openFolders() tells what it does not use beside the folders train, val and test", async () => {
  const files = {
    ...pairs(["train/a", "train/b", "val/c", "test/d", "extra/e"]),
    "images/val/f.jpg": photo(),
    "images/test/g.jpg": photo(),
    "images/more/h.jpg": photo(),
    "images/more/i.heic": "ftyp",
  };
  await withFolder(files, async (root) => {
    const dataset = await openFolders(root);
    assert.deepEqual(dataset.test.map(({ id }) => id), ["images/test/d.jpg", "images/test/g.jpg"]);
    assert.deepEqual(dataset.unlabeled.map(({ id }) => id), ["images/more/h.jpg"]);
    const [strays, val, formats] = dataset.notes!;
    assert.match(strays!, /^1 images with masks outside .* not used, first "images\/extra\/e\.jpg"$/);
    assert.match(val!, /^1 images of images\/val without a mask not used, first "images\/val\/f\.jpg"$/);
    assert.match(
      formats!,
      /^1 picture of .* left out, being no JPEG, PNG, TIFF, WebP or BMP, first "more\/i\.heic"$/,
    );
  });
});

Deno.test("openFolders() refuses masks of other formats: their photos would be unlabeled", async () => {
  await withFolder({ ...pairs(TEN), "images/q.jpg": photo(), "masks/q.gif": "GIF" }, async (root) => {
    await assert.rejects(openFolders(root), /"masks\/q\.gif" is no PNG, expected one/);
  });
  // beside a PNG, or without a photo, it is in nobody's way
  await withFolder({ ...pairs(TEN), "masks/p0.tif": "II", "masks/notes.gif": "GIF" }, async (root) => {
    const { train, val } = await openFolders(root);
    assert.equal(train.length + val.length, TEN.length);
  });
});

Deno.test("openFolders() follows links to folders, each once around", async () => {
  await withFolder({ ...pairs(TEN), "more/z.jpg": photo() }, async (root) => {
    await Deno.symlink(`${root}/more`, `${root}/images/more`);
    await Deno.symlink(`${root}/images`, `${root}/more/again`);
    const { unlabeled } = await openFolders(root);
    assert.deepEqual(unlabeled.map(({ id }) => id), ["images/more/z.jpg"]);
  });
  // a link to a folder beside it, by a name that comes first, shows nothing new
  await withFolder({ ...pairs(["b/x", "b/y"]), "images/b/z.jpg": photo() }, async (root) => {
    for (const part of ["images", "masks"]) await Deno.symlink(`${root}/${part}/b`, `${root}/${part}/a`);
    const { train, val, unlabeled } = await openFolders(root);
    const ids = [...train, ...val, ...unlabeled].map(({ id }) => id).sort();
    assert.deepEqual(ids, ["images/b/x.jpg", "images/b/y.jpg", "images/b/z.jpg"]);
  });
});

Deno.test("openFolders() refuses palettes that contradict each other, and masks of one value", async () => {
  const one = palettePng(4, 2, [0, 1, 0, 1, 0, 1, 0, 1], [[0, 0, 0], [255, 0, 0]]);
  const other = palettePng(4, 2, [1, 0, 1, 0, 1, 0, 1, 0], [[255, 0, 0], [0, 0, 0]]);
  await withFolder({ ...pairs(TEN, one), "masks/p3.png": other }, async (root) => {
    await assert.rejects(
      openFolders(root),
      /index [01] is \[.*\] in ".*" and index [01] is \[.*\] in ".*", expected one palette/,
    );
  });
  const edge = (color: number[]) => {
    const palette = Array.from(
      { length: 256 },
      (_, i) => i === 1 ? [255, 0, 0] : i === 255 ? color : [0, 0, 0],
    );
    return palettePng(4, 2, [0, 1, 255, 1, 0, 1, 255, 1], palette);
  };
  await withFolder(
    { ...pairs(TEN, edge([9, 9, 9])), "masks/p3.png": edge([224, 224, 192]) },
    async (root) => {
      assert.equal((await openFolders(root)).classes.length, 2, "what is ignored may have any colour");
    },
  );
  for (
    const [values, text] of [[[0, 0], "0: 100\\.0 %"], [[7, 7], "7: 100\\.0 %"], [
      [1, 255],
      "1: 50\\.0 %, 255: .*",
    ]] as const
  ) {
    const mask = greyPng(4, 2, Array.from({ length: 8 }, (_, i) => values[i % 2]!));
    await withFolder(pairs(TEN, mask), async (root) => {
      await assert.rejects(
        openFolders(root),
        new RegExp(`its masks hold one class only, ${text}, expected those of two`),
      );
    });
  }
});

Deno.test("openFolders() takes train.txt and test.txt beside val.txt, and uses nothing that no list names", async () => {
  const lists = { "train.txt": "p0\np1\n", "val.txt": "p2\nfree2\n", "test.txt": "p1\np3\nfree\n" };
  const files = { ...pairs(TEN), "images/free.jpg": photo(), "images/other.jpg": photo() };
  await withFolder({ ...files, ...lists }, async (root) => {
    await assert.rejects(openFolders(root), /"free2" of "val\.txt" has no image and mask/);
  });
  await withFolder({ ...files, ...lists, "val.txt": "p2\n" }, async (root) => {
    const dataset = await openFolders(root);
    const ids = (part: "train" | "val" | "test" | "unlabeled") => dataset[part].map(({ id }) => id);
    assert.deepEqual(ids("train"), ["images/p0.jpg"]);
    assert.deepEqual(ids("val"), ["images/p2.jpg"]);
    assert.deepEqual(ids("test"), ["images/p1.jpg", "images/p3.jpg", "images/free.jpg"]);
    assert.deepEqual(ids("unlabeled"), ["images/other.jpg"]);
    const [both, unused] = dataset.notes!;
    assert.match(
      both!,
      /1 photos are in test\.txt and in train\.txt, and count in test alone, first "images\/p1\.jpg"/,
    );
    assert.match(unused!, /6 images with masks are in no list and not used: images\/p4\.jpg and 5 more/);
  });
  const below = { ...pairs(["train/a", "train/b"]), "images/test/c.jpg": photo(), "val.txt": "train/b\n" };
  await withFolder(below, async (root) => {
    const { train, val, test, unlabeled } = await openFolders(root);
    assert.deepEqual([train, val, test, unlabeled].map((part) => part.length), [1, 1, 1, 0]);
  });
  await withFolder({ ...pairs(TEN), "train.txt": "p0\np1\n" }, async (root) => {
    const { train, val } = await openFolders(root);
    assert.deepEqual([train.length, val.length], [2, 8], "what train.txt lacks is val");
  });
  await withFolder({ ...pairs(TEN), "val.txt": "../other/images/p3.jpg\n" }, async (root) => {
    await assert.rejects(openFolders(root), /leads out of the folder, expected a photo of "images"/);
  });
});

Deno.test("openFolders() refuses colours under classes.txt, and palettes that number them differently", async () => {
  const names = { "classes.txt": "wall\nfloor\n" };
  await withFolder({ ...pairs(TEN, rgbPng(4, 2, [[200, 0, 0], [0, 0, 200]])), ...names }, async (root) => {
    await assert.rejects(openFolders(root), {
      name: "DatasetError",
      message:
        `Cannot tell the classes of "${root}": its masks hold colours, [0, 0, 200]: 50.0 %, [200, 0, 0]: 50.0 %, and its ` +
        "file of class names has names alone, expected masks of class numbers 0, 1, 2 …; or say the colour of each class in " +
        '"dataset.toml": classes = ["wall","floor"], masks = "color", colors = [one of these each, in the order of the classes]',
    });
  });
  const one = palettePng(4, 2, [0, 1, 0, 1, 0, 1, 0, 1], [[0, 0, 0], [255, 0, 0]]);
  const swapped = palettePng(4, 2, [1, 0, 1, 0, 1, 0, 1, 0], [[255, 0, 0], [0, 0, 0]]);
  await withFolder({ ...pairs(TEN, one), "masks/p3.png": swapped, ...names }, async (root) => {
    await assert.rejects(
      openFolders(root),
      /index 1 is .* in ".*p0\.png" and index 0 is .* in ".*p3\.png", expected one/,
    );
  });
  const others = palettePng(4, 2, [0, 1, 0, 1, 0, 1, 0, 1], [[9, 9, 9], [0, 250, 0]]);
  await withFolder({ ...pairs(TEN, one), "masks/p3.png": others, ...names }, async (root) => {
    assert.deepEqual(
      (await openFolders(root)).classes,
      ["wall", "floor"],
      "numbers count, whatever their colours",
    );
  });
});

Deno.test("openFolders() takes numbers before names of classes, and UTF-16; bytes of no text are refused", async () => {
  const utf16 = (text: string) =>
    Uint8Array.from([0xff, 0xfe, ...[...text].flatMap((c) => [c.charCodeAt(0), 0])]);
  const classesOf = async (text: string | Uint8Array) => {
    let found: readonly string[] = [];
    await withFolder({ ...pairs(TEN), "classes.txt": text }, async (root) => {
      found = (await openFolders(root)).classes;
    });
    return found;
  };
  assert.deepEqual(await classesOf("1: floor\n0: wall\n"), ["wall", "floor"]);
  assert.deepEqual(await classesOf("2 euro\n5 euro\n"), ["2 euro", "5 euro"]);
  assert.deepEqual(await classesOf(utf16("wall\r\nfloor\r\n")), ["wall", "floor"]);
  await assert.rejects(
    classesOf(Uint8Array.from([0x72, 0xf6, 0x64, 10, 0x61])),
    /classes\.txt": it is no text in UTF-8/,
  );
});

Deno.test("openFolders() matches names whose letters are written in two ways, and tells of a second mask", async () => {
  const files = {
    "images/\u00fc.jpg": photo(),
    "masks/u\u0308.png": MASK,
    "images/b.jpg": photo(),
    "masks/b.png": MASK,
    "masks/b.bmp": MASK,
  };
  await withFolder(files, async (root) => {
    const dataset = await openFolders(root);
    assert.equal(dataset.train.length + dataset.val.length, 2);
    assert.match(
      dataset.notes![0]!,
      /1 picture of "masks" beside a JPEG or PNG of the same name not used, first "b\.bmp"/,
    );
  });
});

Deno.test("openFolders() says what to do with a mask for each class of a photo", async () => {
  const files = { "images/a.jpg": photo(), "masks/a_red.png": MASK, "masks/a_blue.png": MASK };
  await withFolder(files, async (root) => {
    await assert.rejects(
      openFolders(root),
      /2 masks begin with the name of one photo .* put them together into one mask a photo/,
    );
  });
});
