import assert from "node:assert/strict";
import { openModel, trainRun } from "@guidedmix/guidedmix";
import { join } from "node:path";
import { inTemporary, SMALL_SETTINGS } from "../cli/small_runs.ts";
import { projectPath, testUnless } from "../support.ts";

interface Told {
  readonly labels: readonly number[];
  readonly probabilities: readonly number[];
  readonly classes: readonly string[];
  readonly refusal: string;
}

const SCRIPT = projectPath("tests/entries/predict_in_node.mjs");

async function run(command: string, args: readonly string[], cwd = projectPath("")): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `${command} ${args.join(" ")}: ${err}`);
  return out!;
}

async function* sourceFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* sourceFiles(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

/** Compares what another process says of a picture with what this one says. */
async function compare(
  picture: string,
  tell: (args: readonly string[], folder: string) => Promise<string>,
): Promise<void> {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    const set = [...SMALL_SETTINGS, "data.workers=0"];
    using trained = await trainRun({ weights: "none", backend: "wasm", iterations: 6, set, out });
    assert.ok(trained.finished);
    using model = await openModel(out, { backend: "wasm" });
    const expected = await model.predict(await Deno.readFile(picture));
    const onnx = join(folder, "model.onnx");
    const told = JSON.parse(await tell([out, picture, onnx], folder)) as Told;
    assert.deepEqual(told.labels, [...expected.labels]);
    assert.deepEqual(told.classes, expected.classes);
    // JSON keeps every bit
    assert.deepEqual(told.probabilities, [...expected.probabilities!.data]);
    assert.ok((await Deno.stat(onnx)).size > 10_000);
    assert.match(told.refusal, /Cannot train: this is not Deno/);
  });
}

Deno.test("what the package is made of declares nothing by using, which Node knows from version 24 on", async () => {
  for await (const path of sourceFiles(projectPath("src"))) {
    if (path.startsWith(projectPath("src/cli"))) continue;
    assert.doesNotMatch(await Deno.readTextFile(path), /^ *(await )?using /m, path);
  }
});

async function hasNode(): Promise<boolean> {
  try {
    return (await new Deno.Command("node", { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

const missing = Deno.env.get("GUIDEDMIX_LONG") === undefined
  ? "takes a minute and npm's registry; GUIDEDMIX_LONG=1 runs it"
  : await hasNode()
  ? undefined
  : "no node";

testUnless(missing, "the package that deno pack makes predicts a JPEG in Node as it does here", async () => {
  const picture = projectPath("fixtures/formats/images/baseline.jpg");
  await compare(picture, async (args, folder) => {
    const archive = join(folder, "package.tgz");
    await run(Deno.execPath(), ["pack", "--allow-dirty", "--output", archive]);
    await Deno.writeTextFile(join(folder, "package.json"), "{}");
    // TensorFlow's npm package would download a library of its own, which is not used
    await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", archive], folder);
    const script = join(folder, "predict.mjs");
    await Deno.copyFile(SCRIPT, script);
    return await run("node", [script, ...args], folder);
  });
});
