import assert from "node:assert/strict";
import { join } from "node:path";
import { runCommandLine } from "../../src/cli/main.ts";
import { VERSION } from "../../src/core/version.ts";
import { projectPath } from "../support.ts";
import { runCommand } from "./run_command.ts";

/** Runs a command here and gathers what it prints. */
async function run(...args: string[]): Promise<{ code: number; errors: string[]; lines: string[] }> {
  const [errors, lines]: [string[], string[]] = [[], []];
  const { error, log } = console;
  console.error = (text: string) => void errors.push(text);
  console.log = (text: string) => void lines.push(text);
  try {
    return { code: await runCommandLine(args), errors, lines };
  } finally {
    Object.assign(console, { error, log });
  }
}

async function refuses(text: RegExp, ...args: string[]): Promise<void> {
  const { code, errors } = await run(...args);
  assert.equal(code, 2, errors.join("\n"));
  assert.equal(errors.length, 1);
  assert.match(errors[0]!, text);
  assert.match(errors[0]!, /^Cannot /);
  assert.ok(!errors[0]!.includes("\n    at "), "a stack without --debug");
}

Deno.test("runCommandLine() names the nearest command, option, preset, recipe and setting", async () => {
  await refuses(/did you mean "train"\?/, "trian");
  await refuses(/did you mean --iterations\?/, "train", "--iteratons", "3");
  await refuses(/did you mean "camvid"\?/, "train", "--preset", "camvit");
  await refuses(/did you mean "guidedmix"\?/, "train", "--recipe", "guidedmx");
  await refuses(/did you mean "unsup.weight"\?/, "train", "--set", "unsup.wieght=1");
  await refuses(/did you mean "onnx"\?/, "export", "--run", "x", "--format", "onx", "--out", "y");
});

Deno.test("runCommandLine() refuses calls that miss something", async () => {
  await refuses(/expected --run DIR or --checkpoint FILE/, "eval");
  await refuses(/both are given/, "eval", "--run", "a", "--checkpoint", "b");
  await refuses(/no photo is named/, "predict", "--run", "a");
  await refuses(/no run is there/, "train", "--resume", "--out", "no-such-folder");
  const unnamed =
    /Cannot resume: no run is in "runs.camvid-supervised-seed9876", .*expected --out with a run; .*runs/;
  await refuses(
    unnamed,
    "train",
    "--resume",
    "--preset",
    "camvid",
    "--recipe",
    "supervised",
    "--seed",
    "9876",
  );
  await refuses(/has no config\.toml/, "eval", "--run", "no-such-folder");
  await refuses(/Cannot read checkpoint/, "eval", "--checkpoint", "no-such-file");
});

Deno.test("runCommandLine() refuses an output folder that holds a run", async () => {
  const out = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(out, "config.toml"), "");
    await refuses(/holds one already.*--resume/, "train", "--recipe", "supervised", "--out", out);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("runCommandLine() ends with one JSON object for --json, errors too", async () => {
  const { code, lines } = await run("train", "--preset", "nothing", "--json");
  const last = JSON.parse(lines.at(-1)!) as { ok: boolean; exitCode: number };
  assert.deepEqual([code, last.ok, last.exitCode], [2, false, 2]);
});

Deno.test("runCommandLine() shows the stack with --debug only", async () => {
  const { errors } = await run("train", "--preset", "nothing", "--debug");
  assert.match(errors[0]!, /\n {4}at /);
});

Deno.test("deno task has help for every command, with presets and keys for train", async () => {
  for (const name of ["train", "eval", "predict", "export"]) {
    const { code, stdout } = await runCommand([name, "--help"]);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`Usage: deno task ${name}`));
    assert.match(stdout, /--json/);
    if (name === "train") {
      assert.match(stdout, /Presets:[\s\S]*camvid[\s\S]*Keys of --set:[\s\S]*unsup\.weight/);
    }
  }
});

Deno.test("VERSION is that of deno.json", async () => {
  assert.equal(VERSION, JSON.parse(await Deno.readTextFile(projectPath("deno.json"))).version);
});
