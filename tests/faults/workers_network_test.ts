/** Who reaches the workers of one machine, and what becomes of them without their launcher. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ownNetwork } from "../../src/cli/workers/own_network.ts";
import { inTemporary, SMALL_RUN } from "../cli/small_runs.ts";
import { whyNot } from "../numeric.ts";
import { projectPath, testUnless } from "../support.ts";
import { freeAddresses, LONG } from "../train/distributed/worker_processes.ts";
import { processesOf, startCommand, type StartedCommand, untilGone } from "./started_command.ts";

const missing = whyNot("tensorflow");
const network = await ownNetwork();
const withoutNetwork = missing ?? ("problem" in network ? network.problem : undefined);

const OPTIONS = ["train", "--recipe", "guidedmix", ...SMALL_RUN, "--iterations", "5000", "--workers", "2"];
const TRAINS = / 6: mIoU|iteration 6: mIoU/;

async function portsOf(job: StartedCommand): Promise<number[]> {
  const [, first, second] = await job.until(/127\.0\.0\.1:(\d+), 127\.0\.0\.1:(\d+)/);
  return [Number(first), Number(second)];
}

/** Addresses of this machine, as strangers on it or in its network would use them. */
function ownAddresses(): string[] {
  return Deno.networkInterfaces().filter(({ family }) => family === "IPv4").map(({ address }) => address);
}

/** HTTP/2's first bytes and empty settings, which every gRPC server answers with its own. */
const PREFACE = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
const SETTINGS = 4;

/** Whether a gRPC server answers there. */
async function answers(hostname: string, port: number): Promise<boolean> {
  try {
    using line = await Deno.connect({ hostname, port });
    await line.write(PREFACE);
    const frame = new Uint8Array(9);
    return await line.read(frame) !== null && frame[3] === SETTINGS;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}

async function strangersAnswers(job: StartedCommand): Promise<boolean[]> {
  const ports = await portsOf(job);
  await job.until(TRAINS);
  return await Promise.all(
    ownAddresses().flatMap((address) => ports.map((port) => answers(address, port))),
  );
}

const SESSION_MS = 10_000;

/** Whether a server there reads a file and writes another for somebody who asks; a session waits at a closed port. */
async function copiesFor(address: string, folder: string): Promise<boolean> {
  const [secret, copied] = [join(folder, "secret"), join(folder, `copied-${address}`)];
  await Deno.writeTextFile(secret, "a secret");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", projectPath("tests/faults/stranger.ts"), address, secret, copied],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), SESSION_MS);
  await child.status;
  clearTimeout(timer);
  return await Deno.readTextFile(copied).catch(() => "") === "a secret";
}

/** An address that is not only this process's own, where there is one. */
function outerAddress(): string {
  return ownAddresses().find((address) => !address.startsWith("127.")) ?? "127.0.0.1";
}

testUnless(withoutNetwork, "deno task train --workers lets no stranger connect to a worker", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    const job = await startCommand([...OPTIONS, "--out", out]);
    const found = await strangersAnswers(job);
    assert.ok(found.length >= 2);
    assert.deepEqual(found, found.map(() => false));
    assert.equal(await copiesFor(`${outerAddress()}:${(await portsOf(job))[0]}`, folder), false);
    const here = Deno.readLinkSync("/proc/self/ns/net");
    const workers = processesOf(out).filter((pid) => pid !== job.pid);
    assert.ok(workers.length >= 3, "a launcher in the network and two workers");
    for (const pid of workers) assert.notEqual(Deno.readLinkSync(`/proc/${pid}/ns/net`), here);
    job.kill("SIGTERM");
    assert.equal(await job.end(), 1, job.text);
    assert.match(job.text, /in a network of their own/);
    assert.match(job.text, /Stopped after iteration \d+; go on with/);
  });
});

testUnless(missing, "deno task train --workers-open-to-all is open to all, and says so", async () => {
  await inTemporary(async (folder) => {
    const job = await startCommand([...OPTIONS, "--workers-open-to-all", "--out", join(folder, "run")]);
    const found = await strangersAnswers(job);
    assert.deepEqual(found, found.map(() => true));
    assert.equal(await copiesFor(`${outerAddress()}:${(await portsOf(job))[0]}`, folder), true);
    assert.match(job.text, /note {5}port \d+ of this worker answers on all addresses.*close it to all but/);
    assert.match(job.text, /worker 1: note {5}port/);
    job.kill("SIGTERM");
    assert.equal(await job.end(), 1, job.text);
  });
});

testUnless(missing, "deno task train --workers refuses where there can be no own network", async () => {
  await inTemporary(async (folder) => {
    const unshare = join(folder, "unshare");
    await Deno.writeTextFile(unshare, '#!/bin/sh\necho "unshare: Operation not permitted" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const out = join(folder, "run");
    const job = await startCommand([...OPTIONS, "--out", out], {
      PATH: `${folder}:${Deno.env.get("PATH")}`,
    });
    assert.equal(await job.end(), 2, job.text);
    assert.match(
      job.text,
      /Cannot start workers: they cannot have a network of their own \(unshare: Operation not permitted\), expected one/,
    );
    assert.match(job.text, /--workers-open-to-all/);
    await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
  });
});

testUnless(
  withoutNetwork,
  "deno task train --workers ends with a checkpoint when its launcher is killed",
  async () => {
    await inTemporary(async (folder) => {
      const out = join(folder, "run");
      const job = await startCommand([...OPTIONS, "--out", out]);
      await job.until(TRAINS);
      job.kill("SIGKILL");
      await untilGone(out);
      assert.match(job.text, /stopping after this iteration, with a checkpoint/);
      assert.match(job.text, /Stopped after iteration \d+; go on with/);
    });
  },
);

testUnless(
  LONG ?? withoutNetwork,
  "deno task train --workers ends when the launcher in the network is killed",
  async () => {
    await inTemporary(async (folder) => {
      const out = join(folder, "run");
      const job = await startCommand([...OPTIONS, "--out", out]);
      await job.until(TRAINS);
      const inside = processesOf(out).filter((pid) =>
        Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes("job_network.ts")
      );
      assert.equal(inside.length, 1);
      Deno.kill(inside[0]!, "SIGKILL");
      assert.equal(await job.end(), 1, job.text);
      await untilGone(out);
      assert.match(job.text, /workers: ended by SIGKILL/);
    });
  },
);

testUnless(
  missing,
  "deno task train with TF_CONFIG says that its port must be closed to others",
  async () => {
    await inTemporary(async (folder) => {
      const worker = freeAddresses(2);
      const job = await startCommand(
        [
          "train",
          "--recipe",
          "guidedmix",
          ...SMALL_RUN,
          "--wait-for-peers",
          "1",
          "--out",
          join(folder, "run"),
        ],
        { TF_CONFIG: JSON.stringify({ cluster: { worker }, task: { type: "worker", index: 1 } }) },
      );
      assert.equal(await job.end(), 1, job.text);
      const port = worker[1]!.split(":")[1];
      assert.match(job.text, new RegExp(`note {5}port ${port} of this worker answers on all addresses`));
      assert.match(job.text, /close it to all but the workers/);
    });
  },
);
