import assert from "node:assert/strict";
import { join } from "node:path";
import { randomStream } from "../../src/core/random.ts";
import { testUnless } from "../support.ts";
import { runCommand } from "./run_command.ts";
import { inTemporary, sameParameters, SMALL_RUN, succeed } from "./small_runs.ts";

const KILLS = 10;
const OPTIONS = ["train", "--recipe", "guidedmix", "--iterations", "150", ...SMALL_RUN];
const missing = Deno.env.get("GUIDEDMIX_LONG") === undefined
  ? "takes a minute; deno task test:long"
  : undefined;

/** Starts or goes on with a run and kills it after a while. @returns Whether it was killed before its end */
async function killedRun(out: string, afterMs: number): Promise<boolean> {
  const { code } = await runCommand([...OPTIONS, "--resume", "--out", out], {}, async (child) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
    await child.status;
    clearTimeout(timer);
  });
  return code !== 0;
}

testUnless(missing, "deno task train --resume goes on bit for bit after kill -9 at ten moments", async () => {
  await inTemporary(async (folder) => {
    const [straight, killed] = [join(folder, "straight"), join(folder, "killed")];
    await succeed(...OPTIONS, "--out", straight);
    const stream = randomStream(Date.now(), "kill");
    let kills = 0;
    for (let i = 0; i < KILLS; i++) if (await killedRun(killed, 700 + stream.integer(2000))) kills++;
    assert.ok(kills > 0, "no run was killed before its end, expected some");
    console.log(`killed ${kills} times`);
    await succeed(...OPTIONS, "--resume", "--out", killed);
    await sameParameters(killed, straight);
  });
});
