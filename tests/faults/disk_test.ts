/**
 * A disk that fails at each call of a run, and a process that is killed before each: what is left is whole, and the run that
 * goes on from it gives the numbers of the unbroken one.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readCheckpoint } from "../../src/train/checkpoint.ts";
import { type CommandRun, runCommand } from "../cli/run_command.ts";
import { inTemporary, sameParameters, SMALL_RUN, succeed } from "../cli/small_runs.ts";
import { testUnless } from "../support.ts";
import { LONG } from "../train/distributed/worker_processes.ts";
import { type Fault, FaultyDisk, faultyDiskMissing, loggedCalls } from "./faulty_disk.ts";

const missing = faultyDiskMissing();
const OPTIONS = ["train", "--recipe", "guidedmix", ...SMALL_RUN, "--iterations", "14", "--resume"];
const CHANGES = ["rename", "sync", "unlink"] as const;
/** Calls that are worth a test of seconds; all of them are tried in the long one. */
const WORTH = /^\d+ (rename .*config\.toml|unlink .*-0{7}4\.)/;

/** An unbroken run, on a disk that can fail. */
interface Trial {
  readonly folder: string;
  readonly disk: FaultyDisk;
  readonly straight: string;
}

async function withTrial(body: (trial: Trial) => Promise<void>): Promise<void> {
  await inTemporary(async (folder) => {
    const straight = join(folder, "straight");
    await succeed(...OPTIONS, "--out", straight);
    await body({ folder, disk: new FaultyDisk(folder), straight });
  });
}

async function trainOn({ folder, disk }: Trial, fault: Omit<Fault, "under">): Promise<CommandRun> {
  const out = join(folder, "broken");
  await Deno.remove(out, { recursive: true }).catch(() => {});
  return await runCommand([...OPTIONS, "--out", out], disk.environment({ ...fault, under: out }));
}

/** The calls of a run, as they are logged. */
async function callsOf(trial: Trial, calls: Fault["calls"]): Promise<string[]> {
  const log = join(trial.folder, "log");
  await Deno.remove(log).catch(() => {});
  const { code, stderr } = await trainOn(trial, { calls, at: 0, log });
  assert.equal(code, 0, stderr);
  return (await loggedCalls(log)).map((line) => line.replace(`${trial.folder}/`, ""));
}

async function filesOf(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const part of ["", "split", "checkpoints"]) {
    for await (const { name } of Deno.readDir(join(folder, part))) {
      if (!name.startsWith("events.")) names.push(join(part, name));
    }
  }
  return names.sort();
}

async function rowsOf(run: string): Promise<unknown[]> {
  const lines = (await Deno.readTextFile(join(run, "metrics.jsonl"))).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line)).map(({ kind, iteration, losses, miou }) => [
    kind,
    iteration,
    losses,
    miou,
  ]);
}

async function sameBest(run: string, expectedRun: string): Promise<void> {
  const bestOf = (folder: string) => readCheckpoint(join(folder, "checkpoints", "best.safetensors"));
  const [actual, expected] = [await bestOf(run), await bestOf(expectedRun)];
  assert.equal(actual.iteration, expected.iteration);
  assert.deepEqual(actual.parameters, expected.parameters);
}

/** Goes on with what is left, on a disk that does not fail, and compares. */
async function goesOn({ folder, straight }: Trial): Promise<void> {
  const out = join(folder, "broken");
  await succeed(...OPTIONS, "--out", out);
  await sameParameters(out, straight);
  await sameBest(out, straight);
  assert.deepEqual(await rowsOf(out), await rowsOf(straight));
  assert.deepEqual(await filesOf(out), await filesOf(straight));
}

testUnless(missing, "a run killed at its renames, syncs and unlinks goes on to the same bits", async () => {
  await withTrial(async (trial) => {
    const calls = await callsOf(trial, CHANGES);
    const chosen = calls.filter((call) => LONG === undefined || WORTH.test(call));
    for (const call of chosen) {
      const { code, stderr } = await trainOn(trial, { calls: CHANGES, at: parseInt(call), does: "kill" });
      assert.equal(code, 137, `${call}: ${stderr}`);
      await goesOn(trial).catch((error) => assert.fail(`killed before ${call}: ${error}`));
    }
    console.log(`killed at ${chosen.length} of ${calls.length} renames, syncs and unlinks`);
  });
});

/** Which calls fail, how, and what comes of it. */
const FAILURES: readonly (readonly [Pick<Fault, "calls" | "does" | "ever">, RegExp])[] = [
  [{ calls: ["write"], does: "ENOSPC", ever: true }, /^Cannot .*(disk is full|No space left)/m],
  [{ calls: ["write"], does: "EIO" }, /^Cannot .*(disk failed|nput\/output error)/m],
  [{ calls: ["sync"], does: "EIO" }, /^Cannot .*(disk failed|nput\/output error)/m],
  [{ calls: ["rename"], does: "EIO" }, /^Cannot .*(disk failed|nput\/output error)/m],
];

for (const [i, [fault, pattern]] of FAILURES.entries()) {
  const name =
    `a run whose ${fault.calls} fails by ${fault.does} ends with a sentence, and goes on to the same bits`;
  testUnless(missing ?? (i > 0 ? LONG : undefined), name, async () => {
    await withTrial(async (trial) => {
      const calls = await callsOf(trial, fault.calls);
      const every = LONG === undefined ? 1 : Math.ceil(calls.length / 2);
      const chosen = calls.filter((_, i) => (i + 1) % every === 0);
      for (const call of chosen) {
        const { code, stderr } = await trainOn(trial, { ...fault, at: parseInt(call) });
        assert.equal(code, 1, `${call}: ${stderr}`);
        assert.match(stderr, pattern, call);
        assert.doesNotMatch(stderr, /\n {4}at /, call);
        await goesOn(trial).catch((error) => assert.fail(`${fault.does} at ${call}: ${error}`));
      }
      console.log(`${fault.does} at ${chosen.length} of ${calls.length} calls of ${fault.calls}`);
    });
  });
}

testUnless(missing, "a run on a disk that takes half of each write is as every other", async () => {
  await withTrial(async (trial) => {
    const { code, stderr } = await trainOn(trial, { calls: ["write"], at: 1, does: "short", ever: true });
    assert.equal(code, 0, stderr);
    await goesOn(trial);
  });
});

testUnless(missing ?? LONG, "a run keeps an old checkpoint that cannot be removed, and says so", async () => {
  await withTrial(async (trial) => {
    const { code, stderr } = await trainOn(trial, { calls: ["unlink"], at: 1, does: "EACCES" });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /note {5}old checkpoint ".*iteration-00000004.safetensors" stays: /);
    await sameParameters(join(trial.folder, "broken"), trial.straight);
  });
});

testUnless(
  missing,
  "a run on a disk without locks and syncs of folders goes on, and says what it cannot",
  async () => {
    await withTrial(async (trial) => {
      for (const does of ["ENOLCK", "EOPNOTSUPP"] as const) {
        const { code, stderr } = await trainOn(trial, { calls: ["lock"], at: 1, does, ever: true });
        assert.equal(code, 0, stderr);
        assert.match(
          stderr,
          /note {5}the filesystem of ".*broken" has no locks: let no other process write there/,
        );
        await sameParameters(join(trial.folder, "broken"), trial.straight);
      }
      const log = join(trial.folder, "log");
      const { code, stderr } = await trainOn(trial, { calls: ["sync"], at: 1, does: "EINVAL", log });
      assert.equal(code, 0, stderr);
      assert.match((await loggedCalls(log))[0]!, / sync .*broken$/);
    });
  },
);
