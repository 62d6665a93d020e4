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

const DATASET = openSynthetic({ train: 3, val: 2, test: 0 });

Deno.test("RunFolder begins a run: config, lists of images, and refuses a second one", async () => {
  await withFolder(async (folder) => {
    assert.equal(await folder.hasRun(), false);
    await folder.begin(resolveConfig({ seed: 4 }), DATASET);
    assert.equal((await folder.readConfig()).seed, 4);
    const labeled = await Deno.readTextFile(folder.file("split/labeled.txt"));
    assert.equal(labeled, "train-0000\ntrain-0001\ntrain-0002\n");
    await assert.rejects(folder.begin(resolveConfig(), DATASET), ConfigError);
    assert.equal((await folder.readConfig()).seed, 4);
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

Deno.test("RunFolder says what a folder without a run lacks", async () => {
  await withFolder(async (folder) => {
    await assert.rejects(folder.readConfig(), /has no config\.toml, expected the folder of a run/);
  });
});

Deno.test("RunFolder names the process that works in it before it advises to resume", async () => {
  await withFolder(async (folder) => {
    await folder.begin(resolveConfig(), DATASET);
    const other = new RunFolder(folder.path);
    await assert.rejects(other.refuseRun(), { name: "ConfigError", message: /process \d+ works in it/ });
    await assert.rejects(folder.refuseRun(), { message: /holds one already.*--resume/ });
    assert.ok(folder.isHeld, "still");
    folder.release();
    await assert.rejects(other.refuseRun(), { message: /holds one already.*--resume/ });
  });
});
