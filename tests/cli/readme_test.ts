/** The README's commands, as it writes them, on a small folder of photos. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeIndexedPng, encodeRgbPng } from "../../src/formats/encode_png.ts";
import { openModel } from "../../src/run/open_model.ts";
import { cachedWeights } from "../model/encoders/efficientnet_lite/cached_weights.ts";
import { projectPath } from "../support.ts";
import { runCommand } from "./run_command.ts";
import { inTemporary, SMALL_SETTINGS } from "./small_runs.ts";

const SIZE = 48;

/** Ten photos, the first six with masks. */
async function writePhotos(folder: string): Promise<void> {
  for (const part of ["images", "masks"]) await Deno.mkdir(join(folder, part), { recursive: true });
  for (let i = 0; i < 10; i++) {
    const data = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, k) => (23 * i + (k % SIZE) * 5) % 256);
    await Deno.writeFile(join(folder, `images/${i}.png`), encodeRgbPng({ width: SIZE, height: SIZE, data }));
    if (i >= 6) continue;
    const labels = Uint8Array.from({ length: SIZE * SIZE }, (_, k) => k % SIZE < 20 + i ? 0 : 1);
    await Deno.writeFile(
      join(folder, `masks/${i}.png`),
      encodeIndexedPng(SIZE, SIZE, labels, [[0, 0, 0], [255, 0, 0]]),
    );
  }
}

/** Words of the commands in the README's shell blocks, comments left out. */
async function commandsOf(): Promise<string[][]> {
  const text = await Deno.readTextFile(projectPath("README.md"));
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!);
  return blocks.flatMap((block) => block.split("\n"))
    .map((line) => line.replace(/\s#.*$/, "").trim()).filter((line) => line !== "")
    .map((line) => line.split(/\s+/));
}

const OWN_SETTINGS = SMALL_SETTINGS.filter((setting) => !setting.startsWith("data.")).flatMap((
  setting,
) => ["--set", setting]);

/** What makes a command short enough for a test; it changes nothing of what the README says. */
const SHORTENED: Readonly<Record<string, readonly string[]>> = {
  train: ["--iterations", "2", "--weights", "none", ...OWN_SETTINGS],
  compare: ["--iterations", "2", "--weights", "none", ...OWN_SETTINGS],
};

const REPLACED: Readonly<Record<string, string>> = { "20,40,all": "2,all", "3": "1", "30m": "" };

/** A command of the README in a test's folder; names of its files are put there. */
function inFolder(words: readonly string[], folder: string): string[] {
  const files = /^(my(\/images)?|runs\/[\w-]+|predictions|model\.onnx|photo\.jpg)$/;
  const [name = "", ...rest] = words.map((word) =>
    files.test(word) ? join(folder, word) : REPLACED[word] ?? word
  );
  const given = name === "compare" ? rest.filter((word) => word !== "--budget" && word !== "") : rest;
  return [name, ...given, ...SHORTENED[name] ?? []];
}

Deno.test("every command of the README runs, in its order", async () => {
  const commands = await commandsOf();
  const prefix = ["npx", "-y", "deno@2.9.6", "task"];
  for (const words of commands) assert.deepEqual(words.slice(0, 4), prefix, words.join(" "));
  const tasks = commands.map((words) => words.slice(4)).filter(([, ...rest]) => rest.length > 0);
  assert.deepEqual([...new Set(tasks.map(([name]) => name))], [
    "train",
    "eval",
    "predict",
    "export",
    "suggest",
    "compare",
  ]);
  await inTemporary(async (folder) => {
    await writePhotos(join(folder, "my"));
    await Deno.copyFile(projectPath("fixtures/formats/images/baseline.jpg"), join(folder, "photo.jpg"));
    for (const task of tasks) {
      // without a run photos are looked at by the ImageNet weights, which a test does not fetch
      if (task[0] === "suggest" && !task.includes("--run") && await cachedWeights() === undefined) continue;
      const { code, stderr } = await runCommand(inFolder(task, folder));
      assert.equal(code, 0, `${task.join(" ")}\n${stderr}`);
    }
    for (
      const made of [
        "runs/first/report.html",
        "model.onnx",
        "runs/compared/report.html",
        "runs/label-next/suggested.txt",
      ]
    ) {
      assert.ok((await Deno.stat(join(folder, made))).size > 0, made);
    }
    using model = await openModel(join(folder, "runs/first"));
    const { labels, classes } = await model.predict(await Deno.readFile(join(folder, "photo.jpg")));
    assert.ok(labels.length > 0 && classes.length === 2);
  });
});

Deno.test("the README names files and folders that are there", async () => {
  for (const page of ["README.md", "src/README.md"]) {
    const text = await Deno.readTextFile(projectPath(page));
    const base = page.replace("README.md", "");
    for (const [, path] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      assert.ok((await Deno.stat(projectPath(base + path))).isFile, `${page}: ${path}`);
    }
  }
});
