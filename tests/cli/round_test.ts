/** Train, evaluate, predict, export: the main job in small, with the tasks' own permissions. */
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { encodeRgbPng } from "../../src/formats/encode_png.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { decodeRgb } from "../../src/formats/decode_rgb.ts";
import { readEvents } from "../../src/formats/event_reader.ts";
import { readMetrics } from "../../src/report/metrics_file.ts";
import { runCommand } from "./run_command.ts";
import { inTemporary, sameParameters, SMALL_RUN, succeed } from "./small_runs.ts";

Deno.test("deno task train, eval, predict, export do the main job on generated pictures", async (t) => {
  await inTemporary(async (folder) => {
    const run = join(folder, "run");
    await t.step("train writes a whole run folder", async () => {
      const answer = await succeed(
        "train",
        "--recipe",
        "guidedmix",
        "--iterations",
        "12",
        "--out",
        run,
        ...SMALL_RUN,
      );
      const [result] = answer.runs as { iteration: number; finished: boolean; miou: number }[];
      assert.deepEqual([result!.iteration, result!.finished], [12, true]);
      assert.ok(result!.miou >= 0 && result!.miou <= 1);
      const rows = readMetrics(await Deno.readTextFile(join(run, "metrics.jsonl")));
      assert.deepEqual(rows.filter(({ kind }) => kind === "eval").map(({ iteration }) => iteration), [6, 12]);
      const names = [...Deno.readDirSync(run)].map(({ name }) => name);
      const events = readEvents(
        await Deno.readFile(join(run, names.find((name) => name.includes("tfevents"))!)),
      );
      assert.ok(events.events.some(({ values }) => values.some(({ tag }) => tag === "val/miou")));
      assert.ok(events.events.some(({ values }) => values.some((value) => "image" in value)));
      const checkpoints = [...Deno.readDirSync(join(run, "checkpoints"))].map(({ name }) => name).sort();
      assert.deepEqual(checkpoints, [
        "best.safetensors",
        "iteration-00000008.safetensors",
        "iteration-00000012.safetensors",
      ]);
    });
    await t.step("the report is one file that loads nothing", async () => {
      const page = await Deno.readTextFile(join(run, "report.html"));
      assert.match(page, /^<!doctype html>/i);
      assert.ok(!/<(?:script|img|link|iframe)[^>]+(?:src|href)\s*=\s*(?!["']?(?:data:|#))/i.test(page));
      assert.match(page, /data:image\/png;base64,/);
      for (const part of ["Confusion", "Curves", "Pairs", "Options"]) {
        assert.match(page, new RegExp(part, "i"));
      }
    });
    await t.step("train refuses the folder again", async () => {
      const { code, stderr } = await runCommand(["train", "--recipe", "guidedmix", "--out", run]);
      assert.equal(code, 2);
      assert.match(stderr, /holds one already/);
    });
    await t.step("eval gives the numbers of the run's own evaluation", async () => {
      const answer = await succeed("eval", "--run", run);
      const stored = JSON.parse(await Deno.readTextFile(join(run, "evaluation.json")));
      const [result] = answer.runs as { summary: { miou: number } }[];
      assert.equal(result!.summary.miou, stored.summary.miou);
    });
    await t.step("eval of a run and its copy tells that they are the same, and no spread", async () => {
      const copy = join(folder, "copy");
      await cp(run, copy, { recursive: true });
      const { code, stdout, stderr } = await runCommand(["eval", "--run", run, "--run", copy]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /copy" has the options and the seed of ".*": it is the same run again/);
      assert.match(stdout, /guidedmix \(run\) +guidedmix \(copy\)/);
      assert.doesNotMatch(stdout, /\d ± \d/);
    });
    await t.step("eval tells which classes its photos lack", async () => {
      const { code, stdout, stderr } = await runCommand(["eval", "--run", run, "--limit", "1", "--json"]);
      assert.equal(code, 0, stderr);
      const answer = JSON.parse(stdout.trim().split("\n").at(-1)!);
      const { perClass } = answer.runs[0].summary as { perClass: { name: string; pixels: number }[] };
      const lacked = perClass.filter(({ pixels }) => pixels === 0).map(({ name }) => `"${name}"`);
      assert.ok(lacked.length > 0, "one photo shows few classes");
      assert.ok(
        stderr.includes(`one image of val shows no ${lacked.join(", ")}: mIoU is the mean of`),
        stderr,
      );
    });
    await t.step("eval, train and export refuse what does not fit the run", async () => {
      const refused = async (message: RegExp, ...args: string[]) => {
        const { code, stderr } = await runCommand(args);
        assert.equal(code, 2, stderr);
        assert.match(stderr, message);
      };
      await refused(/named twice/, "eval", "--run", run, "--run", `${run}/`);
      await refused(/expected --mode slide/, "eval", "--run", run, "--mode", "whole", "--crop", "32x32");
      await refused(/seed is 0, given 1/, "train", "--resume", "--out", run, "--seed", "1");
      const torch = ["export", "--run", run, "--format", "torch", "--out", join(folder, "model.pth")];
      await refused(
        /--precision is given, expected it only with tfjs or web/,
        ...torch,
        "--precision",
        "uint8",
      );
      await refused(
        /it is a folder, expected a file/,
        "export",
        "--run",
        run,
        "--format",
        "onnx",
        "--out",
        run,
      );
    });
    await t.step("predict writes three pictures a photo and goes on after a broken one", async () => {
      const photos = join(folder, "photos");
      await Deno.mkdir(join(photos, "more"), { recursive: true });
      const photo = encodeRgbPng({ width: 61, height: 37, data: new Uint8Array(61 * 37 * 3).fill(90) });
      await Deno.writeFile(join(photos, "more", "a.png"), photo);
      await Deno.writeFile(join(photos, "broken.png"), photo.subarray(0, 60));
      const { code, stderr, stdout } = await runCommand(["predict", "--run", run, photos]);
      assert.equal(code, 1);
      assert.match(stderr, /broken\.png/);
      assert.match(stdout, /1 of 2 photos/);
      for (const suffix of ["", "-color", "-overlay"]) {
        const path = join(run, "predictions", "more", `a${suffix}.png`);
        const { width, height } = await decodeRgb(await Deno.readFile(path), path);
        assert.deepEqual([width, height], [61, 37]);
      }
    });
    await t.step("predict refuses a photo that is not there, before anything is loaded", async () => {
      const missing = join(folder, "missing.png");
      const { code, stdout, stderr } = await runCommand(["predict", "--run", run, missing]);
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /^Cannot predict: ".*missing\.png" does not exist, expected photos or folders of them/,
      );
      assert.equal(stderr.trim().split("\n").length, 1, stderr);
    });
    await t.step(
      "export of a web page is titled by the dataset, and says at last how to open it",
      async () => {
        const out = join(folder, "a page");
        const { stderr } = await runCommand(["export", "--run", run, "--format", "web", "--out", out]);
        const last = stderr.trim().split("\n").at(-1)!;
        assert.equal(
          last,
          `Open it through a web server: python3 -m http.server --bind 127.0.0.1 -d '${out}', then http://127.0.0.1:8000`,
        );
        assert.match(
          await Deno.readTextFile(join(out, "index.html")),
          /<title>synthetic: segmentation<\/title>[^]*<h1>synthetic: segmentation<\/h1>/,
        );
      },
    );
    await t.step("eval refuses a checkpoint with one changed bit", async () => {
      const path = join(folder, "changed.safetensors");
      const bytes = await Deno.readFile(join(run, "checkpoints", "best.safetensors"));
      bytes[bytes.length - 9]! ^= 1;
      await Deno.writeFile(path, bytes);
      const { code, stderr } = await runCommand(["eval", "--checkpoint", path]);
      assert.equal(code, 2);
      assert.match(stderr, /Cannot read checkpoint .*checksum/);
    });
    await t.step("export writes the weights of prediction and a card", async () => {
      const out = join(folder, "model.safetensors");
      await succeed("export", "--run", run, "--format", "safetensors", "--out", out);
      const { tensors } = decodeSafetensors(await Deno.readFile(out));
      assert.ok(tensors.has("decode_head.conv_seg.weight"));
      assert.ok(![...tensors.keys()].some((name) => name.startsWith("mitrans")));
      assert.match(await Deno.readTextFile(`${out}.md`), /Mean IoU/);
    });
  });
});

Deno.test("deno task train --resume goes on bit for bit after Ctrl-C", async () => {
  await inTemporary(async (folder) => {
    const straight = join(folder, "straight");
    const broken = join(folder, "broken");
    const options = [
      "--recipe",
      "guidedmix",
      "--iterations",
      "40",
      ...SMALL_RUN,
      "--set",
      "checkpointEvery=100",
    ];
    await succeed("train", ...options, "--out", straight);
    await interruptedRun(["train", ...options, "--out", broken]);
    await succeed("train", "--resume", "--out", broken);
    await sameParameters(broken, straight);
  });
});

/** Sends SIGINT when the first rows are written, and waits for the end. */
async function interruptedRun(args: readonly string[]): Promise<void> {
  const out = args.at(-1)!;
  const running = runCommand(args, {}, async (child) => {
    while (!(await Deno.readTextFile(join(out, "metrics.jsonl")).catch(() => "")).includes("train")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGINT");
  });
  const { code, stdout } = await running;
  assert.equal(code, 1, "the run ended before it was stopped");
  assert.match(stdout, /Stopped after iteration \d+; go on with: deno task train --resume --out /);
}
