import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeIndexedPng, encodeRgbPng } from "../../src/formats/encode_png.ts";
import { readEvents } from "../../src/formats/event_reader.ts";
import { readMetrics } from "../../src/report/metrics_file.ts";
import type { DiagnosisRow } from "../../src/report/run_record.ts";
import { runCommand } from "./run_command.ts";
import { inTemporary, SMALL_RUN, succeed } from "./small_runs.ts";

const SIZE = 40;

/** Photos and masks described by a TOML; the masks of photos 4 to 7 are no pictures. */
async function writeDataset(folder: string): Promise<void> {
  await Deno.mkdir(join(folder, "images"));
  await Deno.mkdir(join(folder, "masks"));
  const lines: string[] = [];
  for (let i = 0; i < 8; i++) {
    const data = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, k) => (k * 7 + i * 31) % 256);
    const labels = Uint8Array.from({ length: SIZE * SIZE }, (_, k) => k % SIZE < SIZE / 2 ? 0 : 1);
    await Deno.writeFile(join(folder, `images/${i}.png`), encodeRgbPng({ width: SIZE, height: SIZE, data }));
    const mask = i < 4
      ? encodeIndexedPng(SIZE, SIZE, labels, [[0, 0, 0], [255, 0, 0]])
      : new Uint8Array([1, 2, 3]);
    await Deno.writeFile(join(folder, `masks/${i}.png`), mask);
    lines.push(`images/${i}.png masks/${i}.png`);
  }
  await Deno.writeTextFile(join(folder, "train.txt"), lines.join("\n"));
  await Deno.writeTextFile(join(folder, "val.txt"), "images/2.png masks/2.png\nimages/3.png masks/3.png\n");
  await Deno.writeTextFile(join(folder, "labeled.txt"), "images/0.png\nimages/1.png\n");
  await Deno.writeTextFile(
    join(folder, "dataset.toml"),
    'name = "halves"\nclasses = ["left", "right"]\nmasks = "index"\ntrain = "train.txt"\nval = "val.txt"\n',
  );
}

/** Without the options of generated pictures. */
const OPTIONS = SMALL_RUN.filter((option, i) =>
  !option.startsWith("data.") && !SMALL_RUN[i + 1]?.startsWith("data.")
);

/** Three iterations on the dataset of a folder. */
function call(folder: string, ...options: string[]): string[] {
  return ["train", "--data", folder, "--iterations", "3", "--set", "data.crop=32x32", ...OPTIONS, ...options];
}

Deno.test("deno task train never opens a mask of an image that is not labeled", async () => {
  await inTemporary(async (folder) => {
    await writeDataset(folder);
    const labeled = ["--labeled", join(folder, "labeled.txt")];
    const answer = await succeed(...call(folder), ...labeled, "--out", join(folder, "run"));
    assert.equal(answer.ok, true);
    const { code, stderr } = await runCommand([...call(folder), "--out", join(folder, "all")]);
    assert.equal(code, 2, "all masks are used without --labeled, the broken ones too");
    assert.match(stderr, /masks\/4\.png/);
  });
});

Deno.test("deno task train --diagnose-pseudo-masks opens those masks alone, and says before the run what is wrong", async () => {
  await inTemporary(async (folder) => {
    await writeDataset(folder);
    const labeled = ["--labeled", join(folder, "labeled.txt")];
    const refused = async (...options: string[]) => {
      const { code, stderr } = await runCommand(call(folder, ...options, "--out", join(folder, "refused")));
      assert.equal(code, 2, stderr);
      await assert.rejects(Deno.stat(join(folder, "refused")), Deno.errors.NotFound);
      return stderr;
    };
    assert.match(await refused(...labeled, "--diagnose-pseudo-masks", "6"), /masks\/4\.png/);
    // four of the six, spread evenly: photos 2, 3, 5, 6; the masks of 4 and 7 stay broken
    for (const i of [5, 6]) await Deno.copyFile(join(folder, "masks/2.png"), join(folder, `masks/${i}.png`));
    assert.match(
      await refused("--recipe", "supervised", "--diagnose-pseudo-masks", "6"),
      /Cannot compare pseudo masks with true masks: no unlabeled image of dataset "halves" has a mask/,
    );
    const out = join(folder, "run");
    await succeed(
      ...call(folder, ...labeled, "--diagnose-pseudo-masks", "4", "--recipe", "paper", "--out", out),
    );
    const rows = readMetrics(await Deno.readTextFile(join(out, "metrics.jsonl")));
    const [row, ...more] = rows.filter(({ kind }) => kind === "diagnosis") as DiagnosisRow[];
    assert.deepEqual([row!.iteration, row!.images, more.length], [3, 4, 0]);
    assert.match(
      await Deno.readTextFile(join(out, "report.html")),
      /id="diagnosis"[\s\S]*Pseudo-mask where sure/,
    );
    const tags = await eventTags(out, /^pseudoMasks/);
    const ofStep = ["decoupled", "plain"].flatMap((side) =>
      ["accuracy", "miou"].map((name) => `pseudoMasks/step/${side}/${name}`)
    );
    assert.deepEqual(tags.filter((tag) => !tag.includes("above")), [
      "pseudoMasks/accuracy",
      "pseudoMasks/miou",
      ...ofStep,
    ]);
    assert.deepEqual(tags.filter((tag) => tag.endsWith("/share")).length, 3);
  });
});

/** Tags of the scalars of a run's event file that fit. */
async function eventTags(run: string, pattern: RegExp): Promise<string[]> {
  const file = [...Deno.readDirSync(run)].find(({ name }) => name.startsWith("events."))!;
  const { events } = readEvents(await Deno.readFile(join(run, file.name)));
  const values = events.flatMap(({ values }) => values).filter((value) => "scalar" in value);
  return [...new Set(values.map(({ tag }) => tag))].filter((tag) => pattern.test(tag)).sort();
}

Deno.test("deno task eval refuses the classes in another order, and deno task train --resume other classes", async () => {
  await inTemporary(async (folder) => {
    await writeDataset(folder);
    const labeled = ["--labeled", join(folder, "labeled.txt")];
    const run = join(folder, "run");
    await succeed(...call(folder, ...labeled, "--set", "checkpointEvery=1", "--out", run));
    const file = join(folder, "dataset.toml");
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replace('["left", "right"]', '["right", "left"]'));
    const evaluated = await runCommand(["eval", "--run", run]);
    assert.equal(evaluated.code, 2);
    assert.match(evaluated.stderr, /class 0 is "right" there and "left" in the model/);
    await Deno.remove(join(run, "evaluation.json"));
    const resumed = await runCommand(["train", "--resume", "--out", run]);
    assert.equal(resumed.code, 2);
    assert.match(resumed.stderr, /are right, left now, expected those that the run began with, left, right/);
  });
});
