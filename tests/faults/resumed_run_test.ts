/** What a resumed run finds in its folder that an unbroken one does not. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readCheckpoint } from "../../src/train/checkpoint.ts";
import { runCommand } from "../cli/run_command.ts";
import { inTemporary, SMALL_RUN, succeed } from "../cli/small_runs.ts";

const OPTIONS = ["train", "--recipe", "supervised", ...SMALL_RUN];

Deno.test("deno task train --resume removes what a killed run left half written, and nothing else", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    await succeed(...OPTIONS, "--iterations", "6", "--out", out);
    await Deno.remove(join(out, "evaluation.json"));
    const parts = [
      "config.toml.123.part",
      "checkpoints/iteration-00000004.safetensors.9.part",
      "split/val.txt.1.part",
    ];
    const others = ["mine.part", "notes.txt.1.part", "checkpoints/mine.safetensors.1.part"];
    for (const name of [...parts, ...others]) await Deno.writeTextFile(join(out, name), "");
    await succeed("train", "--resume", "--out", out);
    for (const name of parts) await assert.rejects(Deno.stat(join(out, name)), Deno.errors.NotFound);
    for (const name of others) await Deno.stat(join(out, name));
  });
});

Deno.test("deno task train --resume goes on with damaged rows and evaluation, and says what it left", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    await succeed(...OPTIONS, "--iterations", "6", "--out", out);
    const metrics = join(out, "metrics.jsonl");
    const rows = (await Deno.readTextFile(metrics)).trimEnd().split("\n");
    await Deno.writeTextFile(
      metrics,
      ["\0\0\0", '{"kind":"eval","iteration":3,"miou":"x"}', ...rows, ""].join("\n"),
    );
    await Deno.writeTextFile(join(out, "evaluation.json"), '{"iteration": 6}');
    const { code, stderr } = await runCommand(["train", "--resume", "--out", out]);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /metrics.jsonl" is damaged, line 1 is .*\(2 lines are damaged\): what is damaged is left out/,
    );
    assert.match(stderr, /evaluation.json": .*: it is left out, and made again/);
    const kept = (await Deno.readTextFile(metrics)).trimEnd().split("\n");
    assert.deepEqual(kept, rows);
    await succeed("train", "--resume", "--out", out);
  });
});

Deno.test("a config.toml that was edited after training is refused by --resume, and told of by predict", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    await succeed(...OPTIONS, "--iterations", "4", "--out", out);
    const file = join(out, "config.toml");
    const text = await Deno.readTextFile(file);
    const edited = text.replace(/^momentum = .*$/m, "momentum = 0.5");
    assert.notEqual(edited, text);
    await Deno.writeTextFile(file, edited);
    const resumed = await runCommand(["train", "--resume", "--iterations", "6", "--out", out]);
    assert.equal(resumed.code, 2, resumed.stderr);
    assert.match(
      resumed.stderr,
      /its config\.toml was edited since its last checkpoint, optimizer\.momentum is 0\.9, given 0\.5; expected/,
    );
    const { code, stderr } = await runCommand(["eval", "--run", out]);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /^note {5}the config\.toml of .* was edited \(optimizer\.momentum is 0\.9, given 0\.5\)/m,
    );
    await Deno.writeTextFile(file, text);
    await succeed("train", "--resume", "--iterations", "6", "--out", out);
    assert.doesNotMatch((await runCommand(["eval", "--run", out])).stderr, /was edited/);
  });
});

Deno.test("a checkpoint of a run says the interval since the last row, which a resumed run goes on with", async () => {
  await inTemporary(async (folder) => {
    const [straight, halves] = [join(folder, "straight"), join(folder, "halves")];
    await succeed(...OPTIONS, "--iterations", "10", "--out", straight);
    await Deno.mkdir(join(halves, "checkpoints"), { recursive: true });
    await Deno.mkdir(join(halves, "split"));
    // as if the run had been cut after its eighth iteration
    const parts = ["config.toml", "split/labeled.txt", "split/unlabeled.txt", "split/val.txt"];
    const eighth = join("checkpoints", "iteration-00000008.safetensors");
    for (const name of [...parts, eighth]) await Deno.copyFile(join(straight, name), join(halves, name));
    const { metadata } = await readCheckpoint(join(halves, eighth));
    assert.equal((JSON.parse(metadata.interval!) as { steps: number }).steps, 8);
    await succeed("train", "--resume", "--out", halves);
    const lossesOf = async (run: string) =>
      (await Deno.readTextFile(join(run, "metrics.jsonl"))).trimEnd().split("\n")
        .map((line) => JSON.parse(line) as { kind: string; iteration: number; losses: unknown })
        .find(({ kind, iteration }) => kind === "train" && iteration === 10)!.losses;
    assert.deepEqual(await lossesOf(halves), await lossesOf(straight));
  });
});
