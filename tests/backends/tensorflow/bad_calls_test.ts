import assert from "node:assert/strict";
import { describeEnd, type ProcessResult, runScript } from "../../limited_process.ts";
import { whyNot } from "../../numeric.ts";
import { testUnless } from "../../support.ts";
import type { CallReport } from "./bad_calls.ts";

const RANDOM_CALLS = 4000;
const why = whyNot("tensorflow");
let ran: Promise<ProcessResult> | undefined;

async function reports(): Promise<CallReport[]> {
  ran ??= runScript("tests/backends/tensorflow/bad_calls.ts", [String(RANDOM_CALLS)]);
  const result = await ran;
  assert.ok(result.code === 0 && result.stdout.endsWith("done\n"), describeEnd(result));
  const lines = result.stdout.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as CallReport);
}

/** Errors of our own tell op and inputs; tfjs's say what they expected of which argument. */
const FORMS: Readonly<Record<string, RegExp>> = {
  KernelError: /^Cannot (run \S*\(.*\)|run \S+: |create a )/s,
  RangeError: /^Cannot .*: /s,
  Error: /shape|rank|axis|Axis|must|should|depth|disposed|at least one/,
};

testUnless(why, "backend tensorflow throws at every wrong call, with op and inputs in the text", async () => {
  const wrong = (await reports()).filter(({ must }) => must === "throw");
  assert.ok(wrong.length >= 250, `${wrong.length} wrong calls`);
  const quiet = wrong.filter(({ error }) => error === undefined);
  assert.deepEqual(quiet.map(({ call }) => call), [], "calls that succeeded");
  const other = wrong.filter(({ error, message }) => !(FORMS[error!]?.test(message!) ?? false));
  assert.deepEqual(other, [], "errors of another class or form");
  const own = wrong.filter(({ error }) => error === "KernelError" || error === "RangeError");
  assert.ok(own.length >= 200, `${own.length} errors of the project's own`);
});

testUnless(why, "backend tensorflow survives random calls of TensorFlow's ops", async () => {
  const random = (await reports()).filter(({ must }) => must === "survive");
  assert.equal(random.length, RANDOM_CALLS);
  const failed = random.filter(({ error }) => error !== undefined);
  assert.deepEqual(failed.filter(({ error }) => error !== "KernelError"), []);
  assert.ok(failed.length > RANDOM_CALLS / 2, "most random calls are wrong");
  assert.ok(failed.length < RANDOM_CALLS, "some random calls are right, so kernels were reached");
});
