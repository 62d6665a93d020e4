import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeIndexedPng, encodeRgbPng } from "../../src/formats/encode_png.ts";
import { pause, processesOf, startCommand, untilGone } from "../faults/started_command.ts";
import { type CommandRun, runCommand } from "./run_command.ts";
import { inTemporary, sameParameters, SMALL_RUN, succeed } from "./small_runs.ts";

/** The labels are the comparison's. */
const SMALL = SMALL_RUN.filter((option, i) =>
  !option.startsWith("data.labeled") && !SMALL_RUN[i + 1]?.startsWith("data.labeled")
);

/** Two recipes, two numbers of labels, two seeds. */
const EIGHT = [
  "compare",
  "--labels",
  "4,1/2",
  "--recipes",
  "guidedmix,supervised",
  "--seeds",
  "2",
  "--iterations",
  "12",
]
  .concat(SMALL);

interface Comparison {
  readonly trials: readonly { variant: string; labels: number; seed: number; miou: number; folder: string }[];
  readonly missing: readonly { variant: string; labels: number; error?: string }[];
  readonly groups: readonly {
    variant: string;
    labels: number;
    seeds: number[];
    difference?: { count: number };
  }[];
}

async function readComparison(out: string): Promise<Comparison> {
  return JSON.parse(await Deno.readTextFile(join(out, "comparison.json"))) as Comparison;
}

async function writtenAt(out: string, folder: string): Promise<number> {
  return (await Deno.stat(join(out, folder, "evaluation.json"))).mtime!.getTime();
}

Deno.test("deno task compare, interrupted and killed, goes on without repeating a run, to the runs that train makes", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "out");
    const interrupted = await startCommand([...EIGHT, "--out", out]);
    await interrupted.until(/compare 1\/8 runs/);
    interrupted.kill("SIGINT");
    // as npx does, which hands on what the terminal has told already
    await pause(20);
    interrupted.kill("SIGINT");
    assert.equal(await interrupted.end(), 1, interrupted.text);
    assert.match(interrupted.text, /^labels {3}at most 8 of 16 are used$/m);
    assert.match(interrupted.text, /stopping: \d runs? going on until a checkpoint is written/);
    assert.match(interrupted.text, /Stopped; go on with: deno task compare --resume --out \S+out/);
    assert.deepEqual(processesOf(out), []);
    const first = await readComparison(out);
    const begun = await writtenAt(out, first.trials[0]!.folder);
    assert.ok(first.missing.length > 0 && first.missing.every(({ error }) => error === undefined));

    const killed = await startCommand(["compare", "--resume", "--out", out]);
    // counted over all runs, those of the first call too
    await killed.until(new RegExp(`compare ${first.trials.length + 1}/8 runs`));
    killed.kill("SIGKILL");
    await killed.end();
    // at once: what the killed one has left behind is waited for
    const resumed = await succeed("compare", "--resume", "--out", out);
    assert.equal(resumed.ok, true);
    await untilGone(out);
    const { trials, missing, groups } = await readComparison(out);
    assert.deepEqual([trials.length, missing.length], [8, 0]);
    assert.equal(await writtenAt(out, first.trials[0]!.folder), begun, "a finished run was repeated");
    assert.deepEqual(groups.map(({ variant, labels, seeds }) => [variant, labels, seeds.join()]), [
      ["supervised", 4, "0,1"],
      ["guidedmix", 4, "0,1"],
      ["supervised", 8, "0,1"],
      ["guidedmix", 8, "0,1"],
    ]);
    assert.equal(groups[1]!.difference!.count, 2);
    const csv = await Deno.readTextFile(join(out, "comparison.csv"));
    assert.equal(csv.trim().split("\r\n").length, 9);
    const page = await Deno.readTextFile(join(out, "report.html"));
    for (const part of ["labels-t", "differences-t", "guidedmix, 4 labels", 'id="classes"']) {
      assert.ok(page.includes(part), part);
    }
    assert.match(page, />deno task compare --[^\n]+\n(deno task compare --resume --out [^\n]+\n?){2}<\/pre>/);

    const straight = join(folder, "straight");
    const flags = ["--recipe", "guidedmix", "--seed", "1", "--labeled", "4", "--iterations", "12"];
    await succeed("train", ...SMALL, ...flags, "--out", straight);
    await sameParameters(join(out, "runs/guidedmix-4-seed1"), straight);
  });
});

Deno.test("deno task compare adds recipes to a comparison, and leaves out at all labels what needs unlabeled images", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "out");
    const call = [
      "compare",
      "--labels",
      "4,all",
      "--seeds",
      "1",
      "--iterations",
      "3",
      "--out",
      out,
      ...SMALL,
    ];
    await succeed(...call, "--recipes", "supervised");
    const { code, stdout, stderr } = await runCommand([
      ...call,
      "--recipes",
      "supervised,no pseudo labels: guidedmix unsup.weight=0",
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /3 runs of 3 iterations, 2 are finished/);
    assert.doesNotMatch(stderr, /^labels/m, "all are used");
    assert.match(stdout, /^4 +no pseudo labels +1 /m);
    assert.match(stdout, /^all 16 +supervised +1 /m);
    assert.match(stdout, /^note +One seed: /m);
    const { trials } = await readComparison(out);
    assert.deepEqual(trials.map(({ folder }) => folder).sort(), [
      "runs/no_pseudo_labels-4-seed0",
      "runs/supervised-4-seed0",
      "runs/supervised-all-seed0",
    ]);
  });
});

Deno.test("deno task compare --budget chooses iterations by timed steps, which it times once", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "out");
    const call = [
      "compare",
      "--labels",
      "4",
      "--seeds",
      "1",
      "--recipes",
      "supervised",
      "--out",
      out,
      ...SMALL,
    ];
    const short = await runCommand([...call, "--budget", "0.5s"]);
    assert.equal(short.code, 2, short.stderr);
    assert.match(short.stderr, /Cannot compare in 0\.5 s: 1 run of only 10 iterations take about [\d.]+ s/);
    const { code, stderr } = await runCommand([...call, "--budget", "15s"]);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /are timed/);
    const [, iterations] = /budget {3}(\d+) iterations fit, 1 run in 15 s/.exec(stderr)!;
    assert.ok(Number(iterations) >= 10);
    assert.match(
      await Deno.readTextFile(join(out, "runs/supervised-4-seed0/config.toml")),
      new RegExp(`^iterations = ${iterations}$`, "m"),
    );
    assert.deepEqual([...Deno.readDirSync(out)].filter(({ name }) => name.startsWith("budget-")), []);
  });
});

const SIZE = 48;

/** Six photos with masks for training and two for val; a photo's pixels are broken where no header shows it. */
async function writePhotos(folder: string, broken: number): Promise<void> {
  for (const name of ["images", "masks"]) await Deno.mkdir(join(folder, name));
  for (let i = 0; i < 8; i++) {
    const data = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, k) => (k * k * 7 + i * 31) % 251);
    const labels = Uint8Array.from({ length: SIZE * SIZE }, (_, k) => k % SIZE < SIZE / 2 ? 0 : 1);
    const photo = encodeRgbPng({ width: SIZE, height: SIZE, data });
    // whole chunks, wrong pixels
    if (i === broken) photo.fill(255, photo.length / 2, photo.length / 2 + 40);
    await Deno.writeFile(join(folder, `images/${i}.png`), photo);
    await Deno.writeFile(
      join(folder, `masks/${i}.png`),
      encodeIndexedPng(SIZE, SIZE, labels, [[0, 0, 0], [255, 0, 0]]),
    );
  }
  const lines = (numbers: readonly number[]) =>
    numbers.map((i) => `images/${i}.png masks/${i}.png\n`).join("");
  await Deno.writeTextFile(join(folder, "train.txt"), lines([0, 1, 2, 3, 4, 5]));
  await Deno.writeTextFile(join(folder, "val.txt"), lines([6, 7]));
  await Deno.writeTextFile(join(folder, "two.txt"), "images/0.png\nimages/1.png\n");
  await Deno.writeTextFile(
    join(folder, "dataset.toml"),
    'name = "halves"\nclasses = ["left", "right"]\nmasks = "index"\ntrain = "train.txt"\nval = "val.txt"\n',
  );
}

Deno.test("deno task compare tells of a broken photo in a sentence, and the runs that do not read it go on", async () => {
  await inTemporary(async (folder) => {
    await writePhotos(folder, 4);
    const options = SMALL.filter((option, i) =>
      !option.startsWith("data.s") && !SMALL[i + 1]?.startsWith("data.s")
    );
    const out = join(folder, "out");
    const call = [
      "compare",
      "--data",
      folder,
      "--labels",
      join(folder, "two.txt"),
      "--seeds",
      "1",
      "--iterations",
      "6",
    ];
    const { code, stdout, stderr } = await runCommand([...call, ...options, "--out", out]);
    assert.equal(code, 1, stderr);
    const sentence = /failed {3}guidedmix-2-seed0: (Cannot .*images\/4\.png.*)/.exec(stderr)?.[1];
    assert.ok(sentence !== undefined, stderr);
    assert.doesNotMatch(stderr, /^ +at /m);
    assert.match(stdout, /^2 +supervised +1 /m);
    assert.match(stdout, /1 run failed and is left out/);
    const { trials, missing } = await readComparison(out);
    assert.deepEqual([trials.length, missing.length, missing[0]!.error], [1, 1, sentence]);
    assert.ok((await Deno.readTextFile(join(out, "report.html"))).includes("4.png"));
    const skip = ["--set", "data.skipBroken=true"];
    const other = await runCommand([
      "compare",
      "--resume",
      "--out",
      out,
      "--set",
      "data.crop=16,16",
      ...skip,
    ]);
    assert.equal(other.code, 2);
    assert.match(other.stderr, /--set was .*evaluation\.every.* and is data\.crop/);
    const mended = await runCommand(["compare", "--resume", "--out", out, ...skip]);
    assert.equal(mended.code, 0, mended.stderr);
    const after = await readComparison(out);
    assert.deepEqual([after.trials.length, after.missing.length], [2, 0]);
    assert.equal(after.trials[0]!.miou, trials[0]!.miou);
    assert.match(await Deno.readTextFile(join(out, "runs/guidedmix-2-seed0.log")), /left out 1 broken photo/);
  });
});

Deno.test("deno task compare refuses a wrong call in one sentence", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "out");
    const refused = async (words: RegExp, ...options: string[]) => {
      const result: CommandRun = await runCommand(["compare", "--out", out, ...SMALL, ...options]);
      assert.equal(result.code, 2, result.stderr);
      assert.match(result.stderr.trim().split("\n").at(-1)!, words);
      assert.equal(
        result.stderr.split("\n").filter((line) => line.startsWith("Cannot ")).length,
        1,
        result.stderr,
      );
      assert.equal(result.stdout, "");
    };
    await refused(/recipe "guidedmx": it is unknown, .*did you mean "guidedmix"/, "--recipes", "guidedmx");
    await refused(/named twice/, "--recipes", "paper,paper");
    await refused(/table "lamda" is unknown, .*did you mean "lambda"/, "--table", "lamda");
    await refused(/--recipes and --table are given/, "--recipes", "paper", "--table", "parts");
    await refused(/--iterations and --budget are given/, "--iterations", "3", "--budget", "1m");
    await refused(/expected a time such as 30m/, "--budget", "soon");
    await refused(/expected a whole number from 1/, "--seeds", "0");
    await refused(/--labels is "17", expected at most 16, the images of train/, "--labels", "4,17");
    await refused(/--labels is "some"/, "--labels", "some");
    await refused(/"4" with "1\/4" labels: both are 4 images/, "--labels", "4,1/4");
    await refused(/"data.labeled=3" is set for runs, expected --labels/, "--set", "data.labeled=3");
    await refused(
      /"unsup.wait" is unknown, did you mean "unsup.weight"/,
      "--recipes",
      "guidedmix unsup.wait=1",
    );
    await refused(/no comparison is there/, "--resume");
    await refused(/nowhere/, "--preset", "demo", "--data", join(folder, "nowhere"));
    await assert.rejects(Deno.stat(out), Deno.errors.NotFound);

    await succeed(
      "compare",
      "--out",
      out,
      ...SMALL,
      "--labels",
      "4",
      "--seeds",
      "1",
      "--recipes",
      "supervised",
      "--iterations",
      "2",
    );
    await refused(
      /--preset was not given and is demo, --iterations was 2 and is 3/,
      "--iterations",
      "3",
      "--preset",
      "demo",
    );
    await refused(/plan.json" is damaged/, "--out", await damaged(folder));
    await refused(/it holds a run/, "--out", join(out, "runs/supervised-4-seed0"));
  });
});

async function damaged(folder: string): Promise<string> {
  const out = join(folder, "damaged");
  await Deno.mkdir(out);
  await Deno.writeTextFile(join(out, "plan.json"), '{"version":2}');
  await pause(0);
  return out;
}
