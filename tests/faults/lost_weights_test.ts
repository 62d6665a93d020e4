/** Checkpoints with a right checksum that lack weights, hold others, or hold no numbers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "../../src/train/checkpoint.ts";
import { CheckpointFolder } from "../../src/train/checkpoint_folder.ts";
import { runCommand } from "../cli/run_command.ts";
import { inTemporary, SMALL_RUN, succeed } from "../cli/small_runs.ts";

/** A photo that is there. */
const PHOTO = fileURLToPath(new URL("../../fixtures/pictures/demo.jpg", import.meta.url));

type Tensors = ReadonlyMap<string, StoredTensor>;

const without = (tensors: Tensors, pattern: RegExp) =>
  new Map([...tensors].filter(([name]) => !pattern.test(name)));

function withValue(tensors: Tensors, name: string, value: number): Tensors {
  const { dtype, shape, data } = tensors.get(name)!;
  const changed = Float32Array.from(data as Float32Array);
  changed[changed.length - 1] = value;
  return new Map([...tensors, [name, { dtype, shape, data: changed } as StoredTensor]]);
}

const SEGMENT = "decode_head.conv_seg.weight";
const STATISTIC = "backbone.layer1.0.bn1.running_var";

/** A change of the parameters, and what must be said of it. */
const LOSSES: readonly (readonly [string, (parameters: Tensors) => Tensors, RegExp])[] = [
  ["no weights", () => new Map(), /\d+ missing: backbone\.[^;]+ and \d+ more/],
  ["no conv_seg", (all) => without(all, /conv_seg/), /2 missing: decode_head\.conv_seg\.weight, decode_head/],
  [
    "no statistic",
    (all) => without(all, /layer1\.0\.bn1\.running_var/),
    /1 missing: backbone\.layer1\.0\.bn1/,
  ],
  ["one NaN", (all) => withValue(all, SEGMENT, NaN), /1 not finite: decode_head\.conv_seg\.weight/],
  ["an infinite statistic", (all) => withValue(all, STATISTIC, Infinity), /1 not finite: backbone\.layer1/],
  [
    "another tensor",
    (all) => new Map([...all, ["mine", all.get(SEGMENT)!]]),
    /1 left over: mine, expected every tensor of the model, no other, and finite values/,
  ],
];

async function trainedRun(folder: string): Promise<string> {
  const out = join(folder, "run");
  await succeed("train", "--recipe", "supervised", ...SMALL_RUN, "--iterations", "8", "--out", out);
  await Deno.remove(join(out, "evaluation.json"));
  // the one before would be taken by --resume
  const [, earlier] = await new CheckpointFolder(join(out, "checkpoints")).list();
  await Deno.remove(earlier!);
  return out;
}

async function refused(pattern: RegExp, ...args: string[]): Promise<void> {
  const { code, stderr } = await runCommand(args);
  assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
  assert.match(stderr, pattern);
  assert.doesNotMatch(stderr, /\n {4}at /);
}

Deno.test("eval, predict, export and --resume refuse a checkpoint that lacks weights, and name them", async () => {
  await inTemporary(async (folder) => {
    const run = await trainedRun(folder);
    const path = join(run, "checkpoints", "iteration-00000008.safetensors");
    const whole = await readCheckpoint(path);
    for (const [what, change, pattern] of LOSSES) {
      await writeCheckpoint(path, { ...whole, parameters: change(whole.parameters) });
      const used = new RegExp(`Cannot use checkpoint ".*": ${pattern.source}`);
      await refused(used, "eval", "--run", run);
      if (what !== "one NaN") {
        await refused(
          new RegExp(`Cannot go on from the checkpoint of iteration 8: ${pattern.source}`),
          "train",
          "--resume",
          "--out",
          run,
        );
        continue;
      }
      const out = join(folder, "out");
      await refused(used, "export", "--checkpoint", path, "--format", "onnx", "--out", out);
      await refused(used, "predict", "--checkpoint", path, PHOTO, "--out", out);
      await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
    }
  });
});

Deno.test("deno task train --resume refuses a checkpoint without momentum or with a broken one", async () => {
  await inTemporary(async (folder) => {
    const run = await trainedRun(folder);
    const path = join(run, "checkpoints", "iteration-00000008.safetensors");
    const whole = await readCheckpoint(path);
    const write = (momentum: Checkpoint["momentum"]) => writeCheckpoint(path, { ...whole, momentum });
    const action = /Cannot go on from the checkpoint of iteration 8 with its momentum: /.source;
    const resume = ["train", "--resume", "--out", run];
    await write(new Map());
    await refused(new RegExp(`${action}\\d+ missing: backbone`), ...resume);
    await write(without(whole.momentum, /conv_seg\.bias/));
    await refused(new RegExp(`${action}1 missing: decode_head\\.conv_seg\\.bias`), ...resume);
    await write(withValue(whole.momentum, SEGMENT, NaN));
    await refused(new RegExp(`${action}1 not finite: decode_head\\.conv_seg\\.weight`), ...resume);
    await write(new Map([...whole.momentum, ["mine", whole.momentum.get(SEGMENT)!]]));
    await refused(new RegExp(`${action}1 left over: mine`), ...resume);
    await write(whole.momentum);
    await succeed(...resume);
  });
});

Deno.test("deno task train --weights refuses values that are not finite", async () => {
  await inTemporary(async (folder) => {
    const run = await trainedRun(folder);
    const weights = join(folder, "weights.safetensors");
    await succeed("export", "--run", run, "--format", "safetensors", "--out", weights);
    const bytes = await Deno.readFile(weights);
    new DataView(bytes.buffer).setFloat32(bytes.length - 4, NaN, true);
    await Deno.writeFile(weights, bytes);
    await refused(
      /Cannot load weights from ".*weights.safetensors": 1 not finite: .*, expected finite values/,
      ...[
        "train",
        "--recipe",
        "supervised",
        ...SMALL_RUN,
        "--weights",
        weights,
        "--out",
        join(folder, "next"),
      ],
    );
    await refused(
      /Cannot read weights ".*": it is a folder without checkpoints, expected a run, or a \.pth or \.safetensors/,
      ...[
        "train",
        "--recipe",
        "supervised",
        ...SMALL_RUN,
        "--weights",
        folder,
        "--out",
        join(folder, "next"),
      ],
    );
  });
});
