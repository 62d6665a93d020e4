import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeIndexedPng, encodeRgbPng } from "../../src/formats/encode_png.ts";
import { cachedWeights } from "../model/encoders/efficientnet_lite/cached_weights.ts";
import { testUnless } from "../support.ts";
import { runCommand } from "./run_command.ts";
import { inTemporary, SMALL_RUN, succeed } from "./small_runs.ts";

const SIZE = 36;

/** A photo of a colour of its own, with a square. */
function photo(i: number): Uint8Array {
  const data = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, k) => {
    const [x, y] = [Math.floor(k / 3) % SIZE, Math.floor(k / 3 / SIZE)];
    return x > 9 && x < 20 && y > 9 && y < 20 ? 250 - 20 * i : (40 * i + 70 * (k % 3)) % 256;
  });
  return encodeRgbPng({ width: SIZE, height: SIZE, data });
}

function mask(): Uint8Array {
  const labels = Uint8Array.from({ length: SIZE * SIZE }, (_, k) => k % SIZE < SIZE / 2 ? 0 : 1);
  return encodeIndexedPng(SIZE, SIZE, labels, [[0, 0, 0], [255, 0, 0]]);
}

/** Ten photos, of which five have masks; the first is val. */
async function writeDataset(folder: string): Promise<void> {
  for (const part of ["images", "masks"]) await Deno.mkdir(join(folder, part), { recursive: true });
  for (let i = 0; i < 10; i++) {
    await Deno.writeFile(join(folder, `images/photo ${i}.png`), photo(i));
    if (i < 5) await Deno.writeFile(join(folder, `masks/photo ${i}.png`), mask());
  }
  await Deno.writeTextFile(join(folder, "val.txt"), `"images/photo 0.png" "masks/photo 0.png"\n`);
}

const OPTIONS = SMALL_RUN.filter((option, i) =>
  !option.startsWith("data.") && !SMALL_RUN[i + 1]?.startsWith("data.")
);

async function lines(path: string): Promise<string[]> {
  return (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) => line.replaceAll('"', ""));
}

async function trainOn(data: string, out: string, ...more: string[]): Promise<void> {
  await succeed(
    "train",
    "--data",
    data,
    "--recipe",
    "supervised",
    "--iterations",
    "2",
    "--out",
    out,
    ...OPTIONS,
    ...more,
  );
}

/** Suggests photos of which one cannot be read: the others are suggested, and the exit code tells of it. */
async function suggestAllButOne(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runCommand(["suggest", ...args, "--json"]);
  assert.equal(code, 1, stderr);
  const answer = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, unknown>;
  assert.equal(answer.ok, false);
  assert.match(stdout, /photos without labels suggested; not read: "[^"]+"\n/);
  return answer;
}

Deno.test("deno task suggest ranks the unlabeled photos of a run, and train takes its list once they are labeled", async () => {
  await inTemporary(async (folder) => {
    const [data, run, out] = ["data", "run", "out"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeDataset(data);
    await trainOn(data, run, "--set", "data.crop=33x33");
    await Deno.writeFile(join(data, "images/photo 5.png"), photo(5).slice(0, -30)); // damaged since
    const answer = await suggestAllButOne("--run", run, "--count", "2", "--out", out);
    const suggested = answer.suggested as { photo: string; distance: number; uncertainty: { all: number } }[];
    assert.equal(suggested.length, 2);
    assert.equal(answer.leftOut, 5);
    const named = suggested.map((one) => one.photo);
    for (const name of named) assert.match(name, /^images\/photo [6-9]\.png$/);
    assert.ok(suggested.every(({ distance, uncertainty }) => distance > 0 && uncertainty.all > 0));
    assert.deepEqual(await lines(join(out, "suggested.txt")), named);
    assert.equal(answer.looked, 4);
    const [skipped] = answer.skipped as { photo: string; why: string }[];
    assert.equal(skipped!.photo, "images/photo 5.png");
    assert.match(skipped!.why, /photo 5\.png/);

    const csv = await lines(join(out, "suggestions.csv"));
    assert.equal(csv.length, 6);
    assert.ok(csv[1]!.startsWith(`1,${named[0]}`));
    const page = await Deno.readTextFile(join(out, "suggestions.html"));
    assert.ok(page.includes(named[1]!));
    assert.match(
      page,
      /5 photos are labeled: 4 for training, 1 for val; they are left out; what those for training/,
    );
    assert.equal(page.match(/<img /g)!.length, 6);

    const again = await runCommand(["suggest", "--run", run, "--out", out]);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /"suggested\.txt" is there already, expected a new folder/);

    for (const name of named) await Deno.writeFile(join(data, name.replace("images", "masks")), mask());
    await Deno.remove(join(data, "images/photo 5.png"));
    const before = await lines(join(run, "split/labeled.txt"));
    assert.deepEqual(await lines(join(out, "labeled.txt")), [...before, ...named]);
    const next = join(folder, "next");
    await trainOn(data, next, "--labeled", join(out, "labeled.txt"), "--set", "data.crop=33x33");
    const taken = await lines(join(next, "split/labeled.txt"));
    for (const name of named) assert.ok(taken.includes(name), `${taken}`);
  });
});

Deno.test("deno task suggest takes photos from elsewhere, leaves out those with labels, and goes on where the data is gone", async () => {
  await inTemporary(async (folder) => {
    const [data, run, more] = ["data", "run", "more"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeDataset(data);
    await trainOn(data, run, "--set", "data.crop=33x33");
    await Deno.mkdir(more);
    for (const i of [11, 12]) await Deno.writeFile(join(more, `${i}.png`), photo(i));
    await Deno.copyFile(join(more, "11.png"), join(more, "copy of 11.png"));
    const both = await succeed(
      "suggest",
      "--run",
      run,
      "--out",
      join(folder, "a"),
      more,
      join(data, "images"),
    );
    assert.deepEqual([both.looked, both.leftOut], [8, 5]);
    const places = (both.suggested as { photo: string }[]).map((one) => one.photo);
    assert.equal(new Set(places).size, 8);
    assert.ok(places.includes("11.png") && places.some((name) => name.startsWith("images/")));
    // of two copies one comes late: it shows nothing new
    assert.match(places.at(-1)!, /^(copy of )?11\.png$/);

    await Deno.rename(data, join(folder, "moved"));
    const { code, stderr } = await runCommand(["suggest", "--run", run, "--out", join(folder, "b"), more]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /labeled photos are not known.*--data tells where it is/);
    const moved = await succeed(
      "suggest",
      "--run",
      run,
      "--out",
      join(folder, "c"),
      "--data",
      join(folder, "moved"),
    );
    assert.equal(moved.looked, 5);
  });
});

Deno.test("deno task suggest refuses in a sentence what it cannot use", async () => {
  await inTemporary(async (folder) => {
    await Deno.mkdir(join(folder, "empty"));
    await Deno.writeTextFile(join(folder, "bad.jpg"), "no picture");
    const out = ["--out", join(folder, "out"), "--backend", "wasm"];
    for (
      const [args, text] of [
        [[], /none are named, expected files or folders of photos, --data or --run/],
        [[join(folder, "empty")], /it holds no picture/],
        [
          [join(folder, "gone"), folder],
          /^Cannot suggest photos: "[^"]+gone" does not exist, expected photos or folders/,
        ],
        [["--run", join(folder, "empty")], /it has no config\.toml/],
        [["--run", ""], /--run/],
        [["--count", "0", folder], /whole number from 1/],
        [["--variety", "odd", folder], /farthest, typical/],
      ] as const
    ) {
      const { code, stderr } = await runCommand(["suggest", ...args, ...out]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, text);
      assert.equal(stderr.trim().split("\n").length, 1, stderr);
    }
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["bad.jpg", "empty"]);
  });
});

const missing = cachedWeights() === undefined ? "no ImageNet weights of Lite0 in the cache" : undefined;

testUnless(missing, "deno task suggest without a run goes by variety on the pretrained encoder", async () => {
  await inTemporary(async (folder) => {
    const more = join(folder, "photos");
    await Deno.mkdir(more);
    for (let i = 0; i < 6; i++) await Deno.writeFile(join(more, `${i}.png`), photo(i));
    await Deno.writeTextFile(join(more, "bad.jpg"), "no picture");
    for (const variety of ["farthest", "typical"]) {
      const out = join(folder, variety);
      const answer = await suggestAllButOne(more, "--variety", variety, "--count", "3", "--out", out);
      const suggested = answer.suggested as { photo: string; uncertainty?: unknown }[];
      assert.equal(suggested.length, 3);
      assert.ok(suggested.every(({ uncertainty }) => uncertainty === undefined));
      assert.equal((answer.skipped as unknown[]).length, 1);
      const names = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
      assert.deepEqual(names, ["suggested.txt", "suggestions.csv", "suggestions.html"]);
    }
    const { code, stderr } = await runCommand([
      "suggest",
      join(more, "bad.jpg"),
      "--out",
      join(folder, "none"),
    ]);
    assert.equal(code, 2, stderr);
    assert.match(
      stderr,
      /skipped: .*bad\.jpg[^\n]*\n(?:.*\n)*Cannot suggest photos: none of 1 could be read, expected some; the notes above say why/,
    );
  });
});
