import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { openBackend, openModel, type RunEvent, trainRun } from "@guidedmix/guidedmix";
import { encodeRgbPng } from "@guidedmix/guidedmix/formats";
import { exportModel } from "@guidedmix/guidedmix/export";
import { join } from "node:path";
import { readImage } from "../../src/data/read_item.ts";
import { openDataset } from "../../src/data/open_dataset.ts";
import { inTemporary, SMALL_SETTINGS } from "../cli/small_runs.ts";

const SMALL = { weights: "none", backend: "wasm", set: [...SMALL_SETTINGS, "data.workers=0"] } as const;

async function photo() {
  const { val } = await openDataset("synthetic", { synthetic: { size: 40, train: 1, val: 1, seed: 4 } });
  return await readImage(val[0]!);
}

Deno.test("trainRun() tells rows, notes and progress, and its model predicts", async () => {
  await inTemporary(async (out) => {
    const events: RunEvent[] = [];
    await openBackend("wasm");
    const before = tf.memory().numTensors;
    {
      using run = await trainRun({ ...SMALL, iterations: 6, out, onEvent: (event) => events.push(event) });
      assert.equal(run.folder, out);
      assert.deepEqual([run.iteration, run.finished], [6, true]);
      assert.ok(run.evaluation!.summary.miou > 0);
      // 6 batches of 2 from 4 labeled photos
      assert.match(
        run.findings.find(({ kind }) => kind === "seen-little")!.text,
        /was seen 3 times on average/,
      );
      const kinds = new Set(events.map(({ kind }) => kind));
      assert.deepEqual([...kinds].sort(), ["eval", "note", "progress", "train"]);
      const steps = events.flatMap((event) => event.kind === "progress" ? [event.done] : []);
      assert.equal(Math.max(...steps), 6);
      const rows = (await Deno.readTextFile(join(out, "metrics.jsonl"))).trim().split("\n");
      const told = events.filter(({ kind }) => kind === "train" || kind === "eval");
      assert.deepEqual(told, rows.map((line) => JSON.parse(line)));

      const model = await run.openModel();
      assert.equal(model.iteration, 6);
      const { labels } = await model.predict(await photo());
      assert.equal(labels.length, 40 * 40);
    }
    assert.equal(tf.memory().numTensors, before);
  });
});

Deno.test("trainRun() stops when its signal says so, and goes on with resume to the same numbers", async () => {
  await inTemporary(async (folder) => {
    const whole = join(folder, "whole");
    const broken = join(folder, "broken");
    using first = await trainRun({ ...SMALL, iterations: 6, out: whole });
    const stop = new AbortController();
    const onEvent = (event: RunEvent) => {
      if (event.kind === "progress" && event.losses !== undefined && event.done === 2) stop.abort();
    };
    using stopped = await trainRun({ ...SMALL, iterations: 6, out: broken, signal: stop.signal, onEvent });
    assert.deepEqual([stopped.iteration, stopped.finished], [2, false]);
    assert.equal(stopped.evaluation, undefined);
    await assert.rejects(trainRun({ ...SMALL, iterations: 6, out: broken }), /it holds one already/);
    using resumed = await trainRun({ out: broken, resume: true, backend: "wasm" });
    assert.deepEqual([resumed.iteration, resumed.finished], [6, true]);
    assert.deepEqual(resumed.evaluation!.confusion, first.evaluation!.confusion);
  });
});

/** So large that the loss is not finite in the second iteration. */
const DIVERGES = "optimizer.learningRate=1e30";

Deno.test("trainRun() says what may help where a loss is not finite, and begins anew before the first checkpoint", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    const call = { ...SMALL, recipe: "supervised", iterations: 4, out };
    await assert.rejects(trainRun({ ...call, set: [...SMALL.set, DIVERGES] }), {
      name: "TrainingError",
      message: new RegExp(
        '^Cannot go on at iteration \\d: loss "\\w+" is (NaN|Infinity), expected a finite number; try --set ' +
          "optimizer\\.learningRate=3e\\+29 or --set optimizer\\.clipNorm=10; no checkpoint was written, the same --out " +
          "begins anew without --resume$",
      ),
    });
    await assert.rejects(
      trainRun({ out, resume: true, set: ["optimizer.learningRate=0.01"] }),
      /with other options: .*; it has no checkpoint: without --resume it begins anew$/,
    );
    const notes: string[] = [];
    using begun = await trainRun({
      ...call,
      onEvent: (event) => {
        if (event.kind === "note") notes.push(event.text);
      },
    });
    assert.ok(begun.finished);
    assert.equal(
      notes.filter((text) => /^note {5}.*before its first checkpoint: it begins anew/.test(text)).length,
      1,
    );
  });
});

Deno.test("openModel() predicts bytes as pixels, from a run or its checkpoint, and leaves no tensor behind", async () => {
  await inTemporary(async (out) => {
    using run = await trainRun({ ...SMALL, iterations: 4, out });
    assert.equal(run.iteration, 4);
    const pixels = await photo();
    const before = tf.memory().numTensors;
    {
      using model = await openModel(out);
      using alone = await openModel(join(out, "checkpoints", "iteration-00000004.safetensors"));
      const whole = await model.predict(pixels, { flip: true, scales: [0.75, 1] });
      assert.deepEqual(await alone.predict(encodeRgbPng(pixels), { flip: true, scales: [0.75, 1] }), whole);
      assert.deepEqual(whole.classes, model.classes);
      assert.equal(whole.colors.length, whole.classes.length);

      const { probabilities, labels, classes } = whole;
      const { data, width, height } = probabilities!;
      assert.deepEqual([width, height, data.length], [40, 40, 40 * 40 * classes.length]);
      for (let pixel = 0; pixel < labels.length; pixel++) {
        const ofPixel = data.subarray(pixel * classes.length, (pixel + 1) * classes.length);
        assert.ok(Math.abs(ofPixel.reduce((sum, value) => sum + value, 0) - 1) < 1e-5);
        assert.equal(ofPixel[labels[pixel]!], Math.max(...ofPixel));
      }

      const plain = await model.predict(pixels, { flip: true, scales: [0.75, 1], probabilities: false });
      assert.equal(plain.probabilities, undefined);
      assert.deepEqual(plain.labels, labels);

      const file = join(out, "model.onnx");
      await exportModel({ format: "onnx", out: file, version: "1", ...model.exportable });
      assert.ok((await Deno.stat(file)).size > 10_000);
    }
    assert.equal(tf.memory().numTensors, before);
  });
});

Deno.test("openModel() and predict() refuse what they cannot use in a sentence", async () => {
  await inTemporary(async (folder) => {
    await assert.rejects(openModel(folder, { backend: "wasm" }), {
      name: "ConfigError",
      message: `Cannot use run "${folder}": it has no config.toml, expected the folder of a run, such as ` +
        "runs/demo/guidedmix",
    });
    await assert.rejects(openModel(join(folder, "none"), { backend: "wasm" }), {
      name: "CheckpointMismatch",
    });
    using run = await trainRun({ ...SMALL, iterations: 1, out: join(folder, "run") });
    const model = await run.openModel();
    await assert.rejects(model.predict(Uint8Array.of(1, 2, 3), { name: "a.jpg" }), {
      name: "FormatError",
      message: /"a\.jpg"/,
    });
    const wrong = { width: 4, height: 4, data: new Uint8Array(5) };
    await assert.rejects(model.predict(wrong), { name: "RangeError" });
    await assert.rejects(trainRun({ recipe: "guidedmx", out: folder }), /Cannot use recipe "guidedmx"/);
  });
});

Deno.test("trainRun() misses a supervised run beside one of guidedmix, until there is one", async () => {
  await inTemporary(async (folder) => {
    // a photo that is seen six times: a run that is too short is told of first
    const set = [...SMALL.set, "data.labeled=1"];
    const train = (recipe: string, name: string) =>
      trainRun({ ...SMALL, set, recipe, iterations: 3, out: join(folder, name) });
    const missing = async (name: string) => {
      using run = await train("guidedmix", name);
      const page = await Deno.readTextFile(join(run.folder, "report.html"));
      const [finding] = run.findings;
      assert.ok(finding === undefined || page.includes(finding.text.slice(0, 30).replaceAll('"', "&quot;")));
      return run.findings.some(({ kind }) => kind === "no-baseline");
    };
    assert.equal(await missing("alone"), true);
    using _baseline = await train("supervised", "baseline");
    assert.equal(await missing("beside"), false);
  });
});
