import assert from "node:assert/strict";
import { join } from "node:path";
import { withoutWorkers } from "../../src/cli/launch_workers.ts";
import { workerEnvironment } from "../../src/cli/workers/start_workers.ts";
import { whyNot } from "../numeric.ts";
import { testUnless } from "../support.ts";
import { assertSameRun } from "../train/distributed/worker_processes.ts";
import { runCommand } from "./run_command.ts";
import { inTemporary, SMALL_RUN, succeed } from "./small_runs.ts";

const CLUSTER = '{"cluster":{"worker":["a:1","b:1"]},"task":{"type":"worker","index":0}}';
const missing = whyNot("tensorflow");

Deno.test("withoutWorkers() leaves out the option in both forms, and nothing else", () => {
  assert.deepEqual(withoutWorkers(["--workers", "2", "--seed", "2"]), ["--seed", "2"]);
  assert.deepEqual(withoutWorkers(["--resume", "--workers=3"]), ["--resume"]);
});

Deno.test("workerEnvironment() gives each worker a place and at least one thread", () => {
  const { TF_CONFIG, TF_NUM_INTRAOP_THREADS } = workerEnvironment(["a:1", "b:2"], 1);
  assert.deepEqual(JSON.parse(TF_CONFIG!).task, { type: "worker", index: 1 });
  assert.ok(Number(TF_NUM_INTRAOP_THREADS) >= 1);
});

testUnless(missing, "deno task train --workers trains, stops and goes on as one process does", async () => {
  await inTemporary(async (folder) => {
    // at 0.03 one process with one thread and one with two differ by 0.009 after five updates
    const calm = ["--set", "optimizer.learningRate=0.003"];
    const options = ["train", "--recipe", "guidedmix", ...SMALL_RUN, ...calm, "--iterations", "6"];
    const [alone, together] = [join(folder, "alone"), join(folder, "together")];
    await succeed(...options, "--out", alone);
    const { code, stdout, stderr } = await runCommand([
      ...options,
      "--out",
      together,
      "--workers",
      "2",
      "--json",
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout.trim().split("\n").at(-1)!).ok, true);
    assert.match(stderr, /workers {2}2, this is 0: 127/);
    await assertSameRun(together, alone, 1e-4);
    assert.match(await Deno.readTextFile(join(together, "commands.txt")), /^deno task train .*--workers 2$/m);
    const again = await runCommand(["train", "--resume", "--out", together, "--workers", "2"]);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stderr, /is finished, nothing is left to do/);
  });
});

testUnless(missing, "deno task train --workers refuses what cannot be shared, in one sentence", async () => {
  await inTemporary(async (folder) => {
    const refuse = async (pattern: RegExp, env: Record<string, string>, ...args: string[]) => {
      const { code, stderr } = await runCommand(
        ["train", ...SMALL_RUN, "--recipe", "guidedmix", ...args],
        env,
      );
      assert.equal(code, 2, stderr);
      assert.match(stderr, pattern);
    };
    const out = join(folder, "run");
    await refuse(
      /batch.labeled is 2 for 3 workers, expected a multiple, for example 3/,
      {},
      "--workers",
      "3",
      "--out",
      out,
    );
    await refuse(
      /Cannot start workers: TF_CONFIG is set/,
      { TF_CONFIG: CLUSTER },
      "--workers",
      "2",
      "--out",
      out,
    );
    await refuse(
      /Cannot train with several workers on backend "wasm": it has no collective ops, expected "tensorflow"/,
      {},
      ...["--workers", "2", "--backend", "wasm", "--out", out],
    );
    await refuse(/Cannot read TF_CONFIG/, { TF_CONFIG: "{" }, "--out", out);
  });
});
