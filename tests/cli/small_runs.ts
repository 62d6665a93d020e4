/** Runs that take seconds, and what tests ask of them. */
import assert from "node:assert/strict";
import { RunFolder } from "../../src/run/run_folder.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { runCommand } from "./run_command.ts";

/** A network and pictures small enough for any backend, as options. */
export const SMALL_SETTINGS: readonly string[] = [
  "data.synthetic.train=16",
  "data.synthetic.val=4",
  "data.synthetic.size=48",
  "data.crop=48x48",
  "data.labeled=4",
  "batch.labeled=2",
  "batch.unlabeled=2",
  "encoder.family=resnet",
  "encoder.stemChannels=8",
  "encoder.baseChannels=4",
  "decoder.channels=8",
  "checkpointEvery=4",
  "evaluation.every=6",
];

/** The same as arguments. */
export const SMALL_RUN = ["--weights", "none", ...SMALL_SETTINGS.flatMap((setting) => ["--set", setting])];

/** Runs a command that must succeed. @returns What `--json` printed */
export async function succeed(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runCommand([...args, "--json"]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, unknown>;
}

/** Runs a test in a folder that is removed afterwards. */
export async function inTemporary(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "guidedmix-round-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Fails unless two runs have the same parameters, bit for bit. */
export async function sameParameters(run: string, expectedRun: string): Promise<void> {
  const [actual, expected] = [await parametersOf(run), await parametersOf(expectedRun)];
  assert.deepEqual([...actual.keys()], [...expected.keys()]);
  for (const [name, { data }] of expected) assert.deepEqual(actual.get(name)!.data, data, name);
}

async function parametersOf(run: string): Promise<ReadonlyMap<string, StoredTensor>> {
  const checkpoint = await new RunFolder(run).checkpoints.newest(() => {});
  return checkpoint!.parameters;
}
