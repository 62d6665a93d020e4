/** A run folder that others write to, that held a run before, or that goes away. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CheckpointFolder } from "../../src/train/checkpoint_folder.ts";
import { runCommand } from "../cli/run_command.ts";
import { inTemporary, SMALL_RUN, succeed } from "../cli/small_runs.ts";
import { testUnless } from "../support.ts";
import { startCommand } from "./started_command.ts";

const OPTIONS = ["train", "--recipe", "supervised", ...SMALL_RUN];
const TRAINS = /iteration 6: mIoU/;
const notLinux = Deno.build.os === "linux" ? undefined : "needs Linux";

Deno.test("deno task train lets one of two runs into a folder, and gives it back after kill -9", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    const first = await startCommand([...OPTIONS, "--iterations", "5000", "--out", out]);
    await first.until(TRAINS);
    const refused =
      /Cannot (train in|export into) ".*run": process \d+ works in it, expected nobody else there/;
    const model = ["export", "--run", out, "--format", "safetensors"];
    for (
      const args of [
        [...OPTIONS, "--iterations", "5000", "--resume", "--out", out],
        ["train", "--resume", "--out", out],
        ["train", "--resume", "--out", out, "--workers", "2"],
        [...model, "--out", join(out, "model.safetensors")],
        [...model, "--out", join(out, "exports", "model.safetensors")],
      ]
    ) {
      const { code, stderr } = await runCommand(args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, refused);
    }
    await succeed(...model, "--out", join(folder, "model.safetensors"));
    first.kill("SIGKILL");
    await first.end();
    await succeed(...model, "--out", join(out, "model.safetensors"));
    const again = await startCommand(["train", "--resume", "--out", out]);
    await again.until(/resume {3}from iteration/);
    again.kill("SIGTERM");
    assert.equal(await again.end(), 1, again.text);
  });
});

Deno.test("deno task train lets one of two new runs into a folder that is not there yet", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    const call = [...OPTIONS, "--iterations", "60", "--out", out];
    const both = await Promise.all([startCommand(call), startCommand(call)]);
    const codes = await Promise.all(both.map((one) => one.end()));
    assert.deepEqual([...codes].sort(), [0, 2], both.map(({ text }) => text).join("\n"));
    const loser = both[codes.indexOf(2)]!;
    assert.match(
      loser.text,
      /Cannot (train in|begin a run in) ".*run": (process \d+ works in it|another process works in it|it holds one)/,
    );
  });
});

Deno.test("deno task train refuses a folder that holds what is left of a run", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    await succeed(...OPTIONS, "--iterations", "6", "--out", out);
    await Deno.remove(join(out, "config.toml"));
    for (const resume of [[], ["--resume"]]) {
      const { code, stderr } = await runCommand([...OPTIONS, "--iterations", "2", ...resume, "--out", out]);
      assert.equal(code, 2, stderr);
      assert.match(
        stderr,
        /it holds checkpoints, metrics.jsonl, evaluation.json of a run whose config.toml is gone, expected a new folder/,
      );
    }
    await Deno.remove(join(out, "checkpoints"), { recursive: true });
    await Deno.remove(join(out, "metrics.jsonl"));
    const { stderr } = await runCommand([...OPTIONS, "--iterations", "2", "--out", out]);
    assert.match(stderr, /it holds evaluation.json of a run/);
  });
});

Deno.test("CheckpointFolder.newest() passes over a checkpoint of another iteration than its name's", async () => {
  await inTemporary(async (folder) => {
    const checkpoints = new CheckpointFolder(folder);
    const state = { parameters: new Map(), momentum: new Map(), metadata: {} };
    await checkpoints.save({ ...state, iteration: 4 });
    await Deno.copyFile(
      join(folder, "iteration-00000004.safetensors"),
      join(folder, "iteration-00000009.safetensors"),
    );
    const notes: string[] = [];
    assert.equal((await checkpoints.newest((text) => notes.push(text)))!.iteration, 4);
    assert.equal(notes.length, 1);
    assert.match(
      notes[0]!,
      /it is of iteration 4, expected 9 as its name says.*that of iteration 4 is taken/,
    );
  });
});

/** Removes `folder`, again where the run has written into it between its emptying and its removal. */
async function removeWhileWritten(folder: string): Promise<void> {
  for (let tries = 0;; tries++) {
    try {
      return await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (tries === 20 || !/not empty/.test(String(error))) throw error;
    }
  }
}

for (
  const [what, change] of [
    ["removed", removeWhileWritten],
    ["moved", (out: string) => Deno.rename(out, `${out}-elsewhere`)],
    ["replaced", async (out: string) => {
      await Deno.rename(out, `${out}-elsewhere`);
      await Deno.mkdir(out);
    }],
  ] as const
) {
  testUnless(notLinux, `deno task train ends with a sentence when its folder is ${what}`, async () => {
    await inTemporary(async (folder) => {
      const out = join(folder, "run");
      const run = await startCommand([...OPTIONS, "--iterations", "5000", "--out", out]);
      await run.until(TRAINS);
      await change(out);
      assert.equal(await run.end(), 1, run.text);
      assert.match(
        run.text,
        /Cannot go on in ".*run": the folder was removed or moved, or its disk is gone, expected/,
      );
      const left = await Array.fromAsync(Deno.readDir(folder));
      if (!left.some(({ name }) => name === "run")) return;
      // a checkpoint that was being written at that very moment may land there; nothing goes on from it
      const landed = [...Deno.readDirSync(out)].map(({ name }) => name);
      assert.ok(landed.every((name) => name === "checkpoints"), landed.join());
      const files = landed.flatMap((name) => [...Deno.readDirSync(join(out, name))]);
      assert.ok(files.length <= 1, files.map(({ name }) => name).join());
    });
  });
}

Deno.test("deno task train ends with a sentence when a part of its run is gone at the end", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    const run = await startCommand([...OPTIONS, "--iterations", "5000", "--out", out]);
    await run.until(TRAINS);
    await Deno.remove(join(out, "config.toml"));
    run.kill("SIGTERM");
    assert.equal(await run.end(), 1, run.text);
    assert.match(run.text, /Cannot finish the run: ".*config.toml" is gone, expected it to stay/);
  });
});

Deno.test("CheckpointFolder.requireWritten() names what was written and is gone, not what was pruned", async () => {
  await inTemporary(async (folder) => {
    const checkpoints = new CheckpointFolder(folder);
    const state = { parameters: new Map(), momentum: new Map(), metadata: {} };
    for (const iteration of [1, 2, 3]) await checkpoints.save({ ...state, iteration });
    await checkpoints.saveBest({ ...state, iteration: 3 });
    await checkpoints.requireWritten();
    await Deno.remove(checkpoints.bestPath);
    await assert.rejects(checkpoints.requireWritten(), {
      name: "TrainingError",
      message: /^Cannot finish the run: best.safetensors of ".*" were written and are gone/,
    });
  });
});

Deno.test("CheckpointFolder.save() keeps an old checkpoint that cannot be removed, and says so", async () => {
  await inTemporary(async (folder) => {
    const notes: string[] = [];
    const checkpoints = new CheckpointFolder(folder, { onNote: (text) => notes.push(text) });
    // a folder that is not empty cannot be removed by anybody
    const stuck = join(folder, "iteration-00000001.safetensors");
    await Deno.mkdir(join(stuck, "inside"), { recursive: true });
    const state = { parameters: new Map(), momentum: new Map(), metadata: {} };
    for (const iteration of [2, 3]) await checkpoints.save({ ...state, iteration });
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, /^old checkpoint ".*iteration-00000001.safetensors" stays: /);
    assert.equal((await checkpoints.newest(() => {}))!.iteration, 3);
  });
});

Deno.test("CheckpointFolder.save() keeps what it wrote beside files with higher numbers", async () => {
  await inTemporary(async (folder) => {
    const state = { parameters: new Map(), momentum: new Map(), metadata: {} };
    const checkpoints = new CheckpointFolder(folder);
    const first = await checkpoints.save({ ...state, iteration: 4 });
    for (const name of ["iteration-99999998.safetensors", "iteration-99999999.safetensors"]) {
      await Deno.copyFile(first, join(folder, name));
    }
    for (const iteration of [8, 12]) await checkpoints.save({ ...state, iteration });
    assert.equal((await checkpoints.newest(() => {}))!.iteration, 12);
    const numbers = (await checkpoints.list()).map((path) => Number(/(\d+)\.safetensors$/.exec(path)![1]));
    assert.deepEqual(numbers, [99999999, 99999998, 12, 8]);
  });
});
