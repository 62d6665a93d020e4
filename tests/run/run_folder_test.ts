import assert from "node:assert/strict";
import { join } from "node:path";
import { RunFolder } from "../../src/run/run_folder.ts";
import { resolveConfig } from "../../src/config/resolve_config.ts";
import { ConfigError, DatasetError } from "../../src/core/errors.ts";
import { openSynthetic } from "../../src/data/synthetic/synthetic.ts";

async function withFolder(body: (folder: RunFolder) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await body(new RunFolder(join(path, "run")));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** As a run leaves it at its first checkpoint. */
async function putCheckpoint({ checkpoints }: RunFolder): Promise<void> {
  await Deno.mkdir(checkpoints.path, { recursive: true });
  await Deno.writeTextFile(join(checkpoints.path, "iteration-00000004.safetensors"), "weights");
}

const DATASET = openSynthetic({ train: 3, val: 2, test: 0 });

Deno.test("RunFolder begins a run: config, lists of images, and refuses a second one", async () => {
  await withFolder(async (folder) => {
    assert.equal(await folder.hasRun(), false);
    await folder.begin(resolveConfig({ seed: 4 }), DATASET);
    assert.equal((await folder.readConfig()).seed, 4);
    const labeled = await Deno.readTextFile(folder.file("split/labeled.txt"));
    assert.equal(labeled, "train-0000\ntrain-0001\ntrain-0002\n");
    await putCheckpoint(folder);
    await assert.rejects(folder.begin(resolveConfig(), DATASET), ConfigError);
    assert.equal((await folder.readConfig()).seed, 4);
  });
});

/** Begins a run in a folder that holds a start and one file more. @returns What was noted */
async function begunOver(name: string, content: string): Promise<string[]> {
  const notes: string[] = [];
  await withFolder(async ({ path }) => {
    const first = new RunFolder(path);
    await first.begin(resolveConfig({ seed: 4 }), DATASET);
    first.release();
    await Deno.mkdir(join(path, "checkpoints"));
    await Deno.writeTextFile(join(path, name), content);
    const again = new RunFolder(path, (text) => notes.push(text));
    try {
      await again.begin(resolveConfig({ seed: 5 }), { ...DATASET, train: DATASET.train.slice(1) });
      assert.equal((await again.readConfig()).seed, 5);
      assert.equal(await Deno.readTextFile(again.file("split/labeled.txt")), "train-0001\ntrain-0002\n");
      await assert.rejects(Deno.stat(join(path, name)), Deno.errors.NotFound);
    } finally {
      again.release();
    }
  });
  return notes;
}

Deno.test("RunFolder begins anew over a run that ended before its first checkpoint, and says so", async () => {
  const row = `${JSON.stringify({ kind: "train", iteration: 2 })}\n`;
  const note = /^a run in ".*run" ended before its first checkpoint: it begins anew$/;
  for (const [name, text] of [["metrics.jsonl", row], ["events.out.tfevents.1700000000.guidedmix", ""]]) {
    const notes = await begunOver(name!, text!);
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, note);
  }
});

Deno.test("RunFolder keeps a run that has a checkpoint, a result or an evaluation, and a config of others", async () => {
  const row = `${JSON.stringify({ kind: "eval", iteration: 2, miou: 0.5 })}\n`;
  const kept = [
    ["checkpoints/best.safetensors", "weights"],
    ["evaluation.json", "{}"],
    ["metrics.jsonl", row],
  ] as const;
  for (const [name, text] of kept) await assert.rejects(begunOver(name, text), /holds one already.*--resume/);
  await withFolder(async (folder) => {
    await Deno.mkdir(folder.path);
    await Deno.writeTextFile(folder.file("config.toml"), 'title = "mine"\n');
    await assert.rejects(folder.begin(resolveConfig(), DATASET), /holds one already/);
    assert.equal(await Deno.readTextFile(folder.file("config.toml")), 'title = "mine"\n');
  });
});

Deno.test("RunFolder refuses to go on when the labeled images are others", async () => {
  await withFolder(async (folder) => {
    await folder.begin(resolveConfig(), DATASET);
    await folder.checkSplit(DATASET);
    await assert.rejects(folder.checkSplit({ ...DATASET, train: DATASET.train.slice(1) }), DatasetError);
  });
});

Deno.test("RunFolder goes on where names with spaces were written without quotes", async () => {
  const train = DATASET.train.map((item, i) => ({ ...item, id: `my photo ${i}` }));
  await withFolder(async (folder) => {
    await folder.begin(resolveConfig(), { ...DATASET, train });
    await folder.checkSplit({ ...DATASET, train });
    await Deno.writeTextFile(folder.file("split/labeled.txt"), train.map(({ id }) => `${id}\n`).join(""));
    await folder.checkSplit({ ...DATASET, train });
    await assert.rejects(
      folder.checkSplit({ ...DATASET, train: train.slice(1) }),
      /"my photo 0" is gone/,
    );
  });
});

Deno.test("RunFolder goes on without photos that are broken now, and keeps out those that were", async () => {
  const unlabeled = ["a b", "c", "d"].map((id) => ({ ...DATASET.train[0]!, id }));
  const [lost, kept] = [unlabeled.slice(0, 1), unlabeled.slice(1)];
  const fewer = { ...DATASET, unlabeled: kept, leftOut: lost };
  await withFolder(async (folder) => {
    await folder.begin(resolveConfig(), { ...DATASET, unlabeled });
    assert.deepEqual(unlabeled.map(await folder.leftOutBefore()), [false, false, false]);
    assert.equal(await folder.checkSplit(fewer), 1);
    await assert.rejects(folder.checkSplit({ ...fewer, unlabeled: kept.slice(1) }), /"c" is gone/);
    await folder.restate(resolveConfig(), fewer);
    assert.deepEqual(unlabeled.map(await folder.leftOutBefore()), [true, false, false]);
    assert.equal(await folder.checkSplit(fewer), 0);
    assert.equal(await Deno.readTextFile(folder.file("split/unlabeled.txt")), "c\nd\n");
  });
});

Deno.test("RunFolder says what a folder without a run lacks", async () => {
  await withFolder(async (folder) => {
    await assert.rejects(folder.readConfig(), /has no config\.toml, expected the folder of a run/);
  });
});

Deno.test("RunFolder names the process that works in it before it advises to resume", async () => {
  await withFolder(async (folder) => {
    await folder.begin(resolveConfig(), DATASET);
    await putCheckpoint(folder);
    const other = new RunFolder(folder.path);
    await assert.rejects(other.refuseRun(), { name: "ConfigError", message: /process \d+ works in it/ });
    await assert.rejects(folder.refuseRun(), { message: /holds one already.*--resume/ });
    assert.ok(folder.isHeld, "still");
    folder.release();
    await assert.rejects(other.refuseRun(), { message: /holds one already.*--resume/ });
  });
});
