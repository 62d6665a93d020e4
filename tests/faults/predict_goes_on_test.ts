import assert from "node:assert/strict";
import { encodeRgbPng, joinPng } from "../../src/formats/encode_png.ts";
import { deflateStrip } from "../../src/formats/png_strips.ts";
import { runCommand } from "../cli/run_command.ts";
import { inTemporary, SMALL_RUN, succeed } from "../cli/small_runs.ts";

const TRAIN = ["train", "--recipe", "supervised", "--iterations", "2", "--seed", "3", "--backend", "wasm"];

/** A grey PNG of 20,000 × 20,000 in some hundred kilobytes: rows of a small picture under another header. */
function bomb(): Uint8Array {
  const rows = deflateStrip({
    data: new Uint8Array(2 ** 22),
    rowBytes: 2 ** 12,
    step: 1,
    content: "drawing",
  });
  return joinPng({ width: 20_000, height: 20_000, palette: [[0, 0, 0]] }, Array(100).fill(rows));
}

async function fillWithStrange(folder: string): Promise<void> {
  const photo = encodeRgbPng({ width: 61, height: 37, data: new Uint8Array(61 * 37 * 3).fill(90) });
  await Deno.mkdir(folder);
  await Deno.writeFile(`${folder}/a-bomb.png`, bomb());
  await new Deno.Command("mkfifo", { args: [`${folder}/b-pipe.jpg`] }).output();
  await Deno.symlink("/dev/zero", `${folder}/c-zero.jpg`);
  await Deno.symlink(`${folder}/d-loop.png`, `${folder}/d-loop.png`);
  await Deno.writeFile(`${folder}/e-cut.png`, photo.subarray(0, photo.length - 20));
  await Deno.writeFile(`${folder}/f-good.png`, photo);
}

Deno.test({
  name:
    "deno task predict tells of bombs, pipes and devices, predicts the next photo and ends with exit code 1",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inTemporary(async (folder) => {
      const run = `${folder}/run`;
      await succeed(...TRAIN, "--out", run, ...SMALL_RUN);
      const photos = `${folder}/photos`;
      await fillWithStrange(photos);
      const args = ["predict", "--run", run, "--backend", "wasm", "--out", `${folder}/out`, photos, "--json"];
      const { code, stdout, stderr } = await runCommand(args);
      assert.equal(code, 1, stderr);
      const [summary, json] = stdout.trim().split("\n").slice(-2);
      assert.match(summary!, /^1 of \d photos predicted, in .*; not predicted: ".*a-bomb\.png", /);
      const { predicted, failed } = JSON.parse(json!) as {
        predicted: { photo: string }[];
        failed: { photo: string; error: string }[];
      };
      assert.deepEqual(predicted.map(({ photo }) => photo), [`${photos}/f-good.png`]);
      const errors = new Map(failed.map(({ photo, error }) => [photo.slice(photos.length + 1), error]));
      assert.match(errors.get("a-bomb.png")!, /says 20000 × 20000, 400 megapixels, expected at most 250/);
      assert.match(errors.get("b-pipe.jpg")!, /it is a named pipe, expected a readable file/);
      assert.match(errors.get("c-zero.jpg")!, /it is a device, expected a readable file/);
      assert.match(errors.get("d-loop.png")!, /its links lead round in a circle, expected a readable file/);
      assert.match(errors.get("e-cut.png")!, /cut off/);
      for (const error of errors.values()) assert.ok(stderr.includes(error), error);
      await refusesPipes(folder, run);
    }),
});

/** Every other path that a user names is looked at too: none may wait for a pipe. */
async function refusesPipes(folder: string, run: string): Promise<void> {
  const pipe = `${folder}/photos/b-pipe.jpg`;
  const out = ["--out", `${folder}/never`];
  const calls = [
    [...TRAIN, "--weights", pipe, ...out],
    [...TRAIN, "--data", pipe, ...out],
    [...TRAIN, "--labeled", pipe, ...out],
    [...TRAIN, "--unlabeled", pipe, ...out],
    ["predict", "--checkpoint", pipe, ...out, `${folder}/photos/f-good.png`],
    ["eval", "--run", run, "--data", pipe, "--backend", "wasm"],
    ["export", "--run", run, "--format", "onnx", "--out", pipe],
  ];
  for (const call of calls) {
    const { code, stderr } = await runCommand(call);
    assert.equal(code, 2, `${call.join(" ")}\n${stderr}`);
    assert.match(stderr, /it is a named pipe|it is no folder|is no file/, `${call.join(" ")}\n${stderr}`);
  }
}
