/** A terminal that closes, an ssh line that drops, a pipe that nobody reads: a run ends as by Ctrl-C, or goes on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CheckpointFolder } from "../../src/train/checkpoint_folder.ts";
import { commandWords } from "../cli/run_command.ts";
import { inTemporary, SMALL_RUN } from "../cli/small_runs.ts";
import { testUnless } from "../support.ts";
import { pause, startCommand } from "./started_command.ts";

const OPTIONS = ["train", "--recipe", "supervised", ...SMALL_RUN];
const LONG_RUN = [...OPTIONS, "--iterations", "5000"];
const TRAINS = /iteration 6: mIoU/;
const windows = Deno.build.os === "windows" ? "Windows has no SIGHUP" : undefined;

function starts(command: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

const withoutPty = windows ?? (starts("python3", "-c", "import pty") ? undefined : "needs python3 with pty");
const withoutNohup = windows ?? (starts("nohup", "true") ? undefined : "needs nohup");

testUnless(windows, "deno task train ends with a checkpoint when it is hung up, however often", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    const run = await startCommand([...LONG_RUN, "--out", out]);
    await run.until(TRAINS);
    for (let i = 0; i < 3; i++) run.kill("SIGHUP");
    assert.equal(await run.end(), 1, run.text);
    const [, iteration] = /Stopped after iteration (\d+); go on with/.exec(run.text)!;
    const checkpoint = await new CheckpointFolder(join(out, "checkpoints")).newest(assert.fail);
    assert.equal(checkpoint!.iteration, Number(iteration));
    await Deno.stat(join(out, "report.html"));
  });
});

testUnless(withoutNohup, "deno task train goes on under nohup", async () => {
  await inTemporary(async (folder) => {
    const run = await startCommand([...LONG_RUN, "--out", join(folder, "run")], {}, ["nohup"]);
    await run.until(TRAINS);
    run.kill("SIGHUP");
    await pause(200);
    const { length } = run.text;
    for (const since = Date.now(); run.text.length === length && Date.now() - since < 30_000;) {
      await pause(50);
    }
    assert.ok(run.text.length > length, "it prints no more, expected it to go on");
    assert.doesNotMatch(run.text, /stopping after/);
    run.kill("SIGTERM");
    assert.equal(await run.end(), 1, run.text);
  });
});

/** Runs a command on a terminal that is closed once the command has printed a text; prints its exit code. */
const CLOSING_TERMINAL = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
text = b""
while sys.argv[1].encode() not in text:
    text += os.read(terminal, 4096)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

testUnless(withoutPty, "deno task train ends with a checkpoint when its terminal is closed", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    const words = [Deno.execPath(), ...await commandWords([...LONG_RUN, "--out", out])];
    const { stdout } = await new Deno.Command("python3", {
      args: ["-c", CLOSING_TERMINAL, " 6: mIoU", ...words],
    }).output();
    assert.equal(new TextDecoder().decode(stdout).trim(), "1");
    const checkpoint = await new CheckpointFolder(join(out, "checkpoints")).newest(assert.fail);
    assert.ok(checkpoint!.iteration >= 6);
    // written last: nothing failed for want of a reader
    await Deno.stat(join(out, "report.html"));
  });
});

testUnless(windows, "deno task train goes on when nobody reads what it prints", async () => {
  await inTemporary(async (folder) => {
    const out = join(folder, "run");
    const child = new Deno.Command(Deno.execPath(), {
      args: await commandWords([...OPTIONS, "--iterations", "12", "--out", out]),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
    assert.equal((await child.status).code, 0);
    await Deno.stat(join(out, "evaluation.json"));
  });
});
