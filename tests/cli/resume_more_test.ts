import assert from "node:assert/strict";
import { join } from "node:path";
import { readMetrics } from "../../src/report/metrics_file.ts";
import { readCheckpoint } from "../../src/train/checkpoint.ts";
import { runCommand } from "./run_command.ts";
import { greyPng, rgbPng } from "../data/made_folders.ts";
import { inTemporary, SMALL_RUN, succeed } from "./small_runs.ts";

/** A network small enough for any backend, without options of generated pictures. */
const SMALL = SMALL_RUN.filter((option, i) =>
  !option.startsWith("data.") && !SMALL_RUN[i + 1]?.startsWith("data.")
);

const SIDE = 40;

/** Six photos of many colours, whose masks have a left and a right half. */
async function writePhotos(folder: string, labels: readonly number[] = [0, 1]): Promise<void> {
  for (const part of ["images", "masks"]) await Deno.mkdir(join(folder, part), { recursive: true });
  const values = Array.from({ length: SIDE * SIDE }, (_, i) => labels[i % SIDE < SIDE / 2 ? 0 : 1]!);
  for (let i = 0; i < 6; i++) {
    const colors = Array.from({ length: 97 }, (_, k) => [(k * 29 + i) % 256, (k * 57) % 256, (k * 83) % 256]);
    await Deno.writeFile(join(folder, `images/${i}.png`), rgbPng(SIDE, SIDE, colors));
    await Deno.writeFile(join(folder, `masks/${i}.png`), greyPng(SIDE, SIDE, values));
  }
}

const call = (data: string, out: string, iterations: number) => [
  "train",
  "--data",
  data,
  "--recipe",
  "supervised",
  "--iterations",
  `${iterations}`,
  ...SMALL,
  "--set",
  "data.crop=33x33",
  "--out",
  out,
];

Deno.test("deno task train --resume takes more iterations and another place of the data", async () => {
  await inTemporary(async (folder) => {
    const [data, moved, out] = ["data", "moved", "run"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writePhotos(data);
    await succeed(...call(data, out, 3));
    await Deno.rename(data, moved);
    const { code, stderr } = await runCommand([
      "train",
      "--resume",
      "--out",
      out,
      "--iterations",
      "5",
      "--data",
      moved,
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /resume\s+from iteration 3 of 5/);
    assert.match(stderr, /iterations were 3 and are 5: learning rate and ramp-ups follow the new length/);
    const rows = readMetrics(await Deno.readTextFile(join(out, "metrics.jsonl")));
    assert.deepEqual(rows.filter(({ kind }) => kind === "eval").map(({ iteration }) => iteration), [3, 5]);
    const page = await Deno.readTextFile(join(out, "report.html"));
    assert.match(page, /Started <time>.*<\/time>, gone on with <time>/);
    assert.match(page, /All pieces together/);
    assert.match(page, />deno task train --data [^\n]+\ndeno task train --resume [^\n]+<\/pre>/);
    const again = await succeed("train", "--resume", "--out", out);
    const [done] = again.runs as { seconds: number; sinceResume: boolean }[];
    assert.ok(done!.seconds > 0 && !done!.sinceResume, "a finished run took some time");
    await writePhotos(join(folder, "other"));
    await Deno.remove(join(folder, "other/images/0.png"));
    await Deno.remove(join(folder, "other/masks/0.png"));
    const refused = await runCommand([
      "train",
      "--resume",
      "--out",
      out,
      "--iterations",
      "7",
      "--data",
      join(folder, "other"),
    ]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /images are others than those of split/);
    const fewer = await runCommand(["train", "--resume", "--out", out, "--iterations", "2"]);
    assert.equal(fewer.code, 2);
    assert.match(fewer.stderr, /iterations is 5, given 2/);
  });
});

Deno.test("deno task train --resume says so where it does not know how long the run took before", async () => {
  await inTemporary(async (folder) => {
    const [data, out] = [join(folder, "data"), join(folder, "run")];
    await writePhotos(data);
    await succeed(...call(data, out, 1));
    for (const { name } of [...Deno.readDirSync(out)].filter(({ name }) => name.includes("tfevents"))) {
      await Deno.remove(join(out, name));
    }
    await Deno.remove(join(out, "commands.txt"));
    const { code, stdout, stderr } = await runCommand([
      "train",
      "--resume",
      "--out",
      out,
      "--iterations",
      "2",
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^supervised +val mIoU .*, \d+ s since the last --resume, /m);
    const page = await Deno.readTextFile(join(out, "report.html"));
    assert.match(page, /Gone on with <time>.*<\/time>, begun before/);
    assert.match(page, /since the last --resume, on /);
    assert.match(page, />\(the command that began it was not kept\)\ndeno task train --resume [^\n]+<\/pre>/);
  });
});

Deno.test("deno task train --weights takes a run, its best checkpoint and its export whole", async () => {
  await inTemporary(async (folder) => {
    const [data, run] = [join(folder, "data"), join(folder, "run")];
    await writePhotos(data);
    await succeed(...call(data, run, 2));
    const exported = join(folder, "model.safetensors");
    await succeed("export", "--run", run, "--format", "safetensors", "--out", exported);
    for (const weights of [run, join(run, "checkpoints/best.safetensors"), exported]) {
      const out = join(folder, `from-${weights.length}`);
      const { code, stderr } = await runCommand([...call(data, out, 1), "--weights", weights]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /matched\s+\d+: .*decode_head/);
      assert.doesNotMatch(stderr, /missing|do not fit|unexpected/, weights);
    }
    const empty = await runCommand([...call(data, join(folder, "none"), 1), "--weights", data]);
    assert.equal(empty.code, 2);
    assert.match(empty.stderr, /it is a folder without checkpoints, expected a run/);
  });
});

Deno.test("deno task train saves before an evaluation, and evaluates first when it goes on from there", async () => {
  await inTemporary(async (folder) => {
    const [data, out] = [join(folder, "data"), join(folder, "run")];
    await writePhotos(data);
    await Deno.writeTextFile(join(data, "dataset.toml"), 'classes = ["left", "right"]\nignore = [255]\n');
    const broken = [..."012345"].map((name) => join(data, `images/${name}.png`));
    const whole = await Promise.all(broken.map((path) => Deno.readFile(path)));
    // the photo of val is damaged while the run goes on: its header stays
    const { code, stderr } = await runCommand(
      [...call(data, out, 2000), "--set", "evaluation.every=30"],
      {},
      async () => {
        while (await Deno.stat(join(out, "metrics.jsonl")).then(() => false, () => true)) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        const val = (await Deno.readTextFile(join(out, "split/val.txt"))).trim();
        const path = join(data, val);
        const bytes = await Deno.readFile(path);
        bytes[60]! ^= 255;
        await Deno.writeFile(path, bytes);
      },
    );
    assert.equal(code, 2, stderr);
    const names = [...Deno.readDirSync(join(out, "checkpoints"))].map(({ name }) => name).filter((name) =>
      name.startsWith("iteration")
    ).sort();
    const newest = await readCheckpoint(join(out, "checkpoints", names.at(-1)!));
    assert.equal(newest.iteration % 30, 0);
    assert.equal(newest.metadata.pending, "evaluation");
    await Promise.all(broken.map((path, i) => Deno.writeFile(path, whole[i]!)));
    const config = join(out, "config.toml");
    await Deno.writeTextFile(
      config,
      (await Deno.readTextFile(config)).replace("iterations = 2000", `iterations = ${newest.iteration + 1}`),
    );
    const resumed = await runCommand(["train", "--resume", "--out", out]);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(resumed.stderr, new RegExp(`val\\s+iteration ${newest.iteration}:`));
    const rows = readMetrics(await Deno.readTextFile(join(out, "metrics.jsonl")));
    const evaluated = rows.filter(({ kind }) => kind === "eval").map(({ iteration }) => iteration);
    assert.deepEqual(evaluated, [...new Set(evaluated)], "each once");
    assert.ok(evaluated.includes(newest.iteration));
  });
});

Deno.test("deno task train --resume says that nothing is there and that a run begins, or refuses to train the demo", async () => {
  await inTemporary(async (folder) => {
    const [data, out] = [join(folder, "data"), join(folder, "run")];
    await writePhotos(data);
    const begun = await runCommand([...call(data, out, 1), "--resume"]);
    assert.equal(begun.code, 0, begun.stderr);
    assert.match(begun.stderr, /note {5}no run is in ".*run" to go on with: a new one begins/);
    const again = await runCommand([...call(data, out, 2), "--resume"]);
    assert.doesNotMatch(again.stderr, /a new one begins/);
    const typo = await runCommand(["train", "--resume", "--out", join(folder, "typo"), "--iterations", "2"]);
    assert.equal(typo.code, 2, typo.stderr);
    assert.match(
      typo.stderr,
      /^Cannot resume ".*typo": no run is there, expected a run folder in --out; .*--data/,
    );
    await assert.rejects(Deno.stat(join(folder, "typo")), Deno.errors.NotFound);
  });
});

Deno.test("deno task train --resume --check looks at the run's data, and leaves the run's folder as it is", async () => {
  await inTemporary(async (folder) => {
    const [data, out] = [join(folder, "data"), join(folder, "run")];
    await writePhotos(data);
    await succeed(...call(data, out, 1));
    const names = () => [...Deno.readDirSync(out)].map(({ name }) => name).sort();
    const before = names();
    const { code, stdout, stderr } = await runCommand(
      ["train", "--resume", "--out", out, "--iterations", "2", "--check", "--json"],
    );
    assert.equal(code, 0, stderr);
    const { classes, picture } = JSON.parse(stdout.trim().split("\n").at(-1)!) as {
      classes: string[];
      picture: string;
    };
    assert.equal(picture, join(folder, "check-data.png"), "beside the run");
    assert.equal(classes.length, 2, "those of the photos");
    assert.deepEqual(names(), before);
  });
});
