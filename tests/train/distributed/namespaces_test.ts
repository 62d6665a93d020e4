import assert from "node:assert/strict";
import { join } from "node:path";
import { namespacesMissing, withTwoHosts } from "./namespaces.ts";
import { assertSameRun, LONG, startWorker, trainTogether, workersTest } from "./worker_processes.ts";

const PORT = 2222;
const missing = LONG ?? namespacesMissing();

workersTest("train() over a line with 10 ms delay gives what one process gives", async (folder) => {
  const job = { iterations: 5, recipe: "guidedmix", waitSeconds: 60 } as const;
  const [alone, apart] = [join(folder, "alone"), join(folder, "apart")];
  await trainTogether({ ...job, out: alone }, 1);
  await withTwoHosts(10, async (hosts) => {
    const addresses = hosts.map(({ ip }) => `${ip}:${PORT}`);
    const start = (index: number) =>
      startWorker({ ...job, out: apart }, addresses, index, ["ip", "netns", "exec", hosts[index]!.name]);
    const runs = await Promise.all([start(0).ended, start(1).ended]);
    for (const { code, text } of runs) assert.equal(code, 0, text);
    console.log(/[\d.]+ ms an iteration/.exec(runs[0]!.text)![0]);
  });
  await assertSameRun(apart, alone, 1e-4);
}, missing);

workersTest("train() ends within a minute when the line is cut", async (folder) => {
  const job = { iterations: 1000, recipe: "supervised", out: folder } as const;
  await withTwoHosts(10, async (hosts, line) => {
    const addresses = hosts.map(({ ip }) => `${ip}:${PORT}`);
    const started = hosts.map(({ name }, index) =>
      startWorker(job, addresses, index, ["ip", "netns", "exec", name])
    );
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    line.isCut = true;
    const since = performance.now();
    const runs = await Promise.all(started.map(({ ended }) => ended));
    const seconds = (performance.now() - since) / 1000;
    console.log(`both ended ${seconds.toFixed(1)} s after the cut`);
    runs.forEach(({ code, text }, i) => {
      assert.equal(code, 1, text);
      assert.match(text, new RegExp(`lost worker ${1 - i}`));
    });
    assert.ok(seconds < 60, `ended after ${seconds} s, expected less than 60`);
  });
}, missing);
