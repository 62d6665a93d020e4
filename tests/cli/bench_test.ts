import assert from "node:assert/strict";
import { runBenchCommand } from "../../src/cli/bench.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { whyNoBfloat16, whyNot } from "../numeric.ts";
import { testUnless } from "../support.ts";

async function printed(run: () => Promise<number>): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const { log } = console;
  console.log = (text: string) => void lines.push(text);
  try {
    return { code: await run(), lines };
  } finally {
    console.log = log;
  }
}

testUnless(whyNot("tensorflow"), "runBenchCommand() times our step alone without a checkout", async () => {
  for (const precision of ["float32", ...(whyNoBfloat16() === undefined ? ["bfloat16"] : [])]) {
    const args = ["--config", "tiny", "--rounds", "2", "--precision", precision, "--json"];
    const { code, lines } = await printed(() => runBenchCommand(args));
    assert.equal(code, 0);
    const result = JSON.parse(lines.at(-1)!);
    assert.equal(result.ok, true);
    assert.equal(result.precision, precision);
    assert.equal(result.ratio, undefined);
    assert.equal(result.ours.step.all.length, 2);
    assert.ok(result.ours.step.least <= result.ours.step.median && result.ours.step.least > 0);
    assert.ok(result.ours.peakBytes > 1e8 && result.machinePeak > 1e8);
    assert.ok(result.ops.ops.some(({ op }: { op: string }) => op === "Conv2D"));
  }
});

Deno.test("runBenchCommand() refuses an unknown configuration and a wrong width", async () => {
  await assert.rejects(runBenchCommand(["--config", "huge"]), ConfigError);
  await assert.rejects(runBenchCommand(["--mitrans", "1"]), {
    name: "ConfigError",
    message: /--mitrans is "1", expected "cat" or a width of at least 2$/,
  });
});

testUnless(whyNot("tensorflow"), "runBenchCommand() names a Python that is not there", async () => {
  const args = ["--config", "tiny", "--official", "nowhere", "--python", "/no/python"];
  await assert.rejects(runBenchCommand(args), /\/no\/python/);
});
