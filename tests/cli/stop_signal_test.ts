import assert from "node:assert/strict";
import { pause, StartedCommand } from "../faults/started_command.ts";
import { projectPath, testUnless } from "../support.ts";

/** Stops a second and a half after the first signal, with exit code 1. */
const SCRIPT = `
import { listenForStop } from ${JSON.stringify(projectPath("src/cli/stop_signal.ts"))};
setInterval(() => {}, 1000);
listenForStop(() => {
  console.log("stopping");
  setTimeout(() => Deno.exit(1), 1500);
});
console.log("ready");
`;

/** Sends SIGINT twice. @returns Exit code, and how often it was told that it stops */
async function interruptedTwice(apartMs: number): Promise<{ code: number; told: number }> {
  const run = new StartedCommand(
    new Deno.Command(Deno.execPath(), {
      args: ["eval", SCRIPT],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
  await run.until(/ready/);
  run.kill("SIGINT");
  await pause(apartMs);
  run.kill("SIGINT");
  const code = await run.end();
  return { code, told: run.text.split("stopping").length - 1 };
}

const windows = Deno.build.os === "windows" ? "Windows ends a process that is sent SIGINT" : undefined;

testUnless(
  windows,
  "listenForStop() takes two SIGINTs at once for one Ctrl-C, as npx sends them",
  async () => {
    assert.deepEqual(await interruptedTwice(20), { code: 1, told: 1 });
  },
);

testUnless(windows, "listenForStop() ends the process by the second Ctrl-C", async () => {
  assert.deepEqual(await interruptedTwice(1200), { code: 130, told: 1 });
});
