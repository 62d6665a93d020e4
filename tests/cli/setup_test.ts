import assert from "node:assert/strict";
import { testUnless } from "../support.ts";
import { MadeMachine, withoutWheels } from "../backends/library/support.ts";

interface Run {
  code: number;
  out: string;
  err: string;
}

async function setup(machine: MadeMachine, args: string[], options: { python?: boolean } = {}): Promise<Run> {
  const program = `import { runSetup } from "./src/cli/setup.ts"; Deno.exit(await runSetup(${
    JSON.stringify(args)
  }));`;
  const output = await machine.start(program, options).output();
  const [out, err] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  return { code: output.code, out: out ?? "", err: err ?? "" };
}

testUnless(withoutWheels(), "runSetup() sets up, then downloads nothing when called again", async () => {
  await using machine = await MadeMachine.create();
  const first = await setup(machine, ["--cpu"]);
  assert.equal(first.code, 0, first.err);
  assert.match(
    first.out,
    /^libtensorflow 2\.21\.0 for CPUs, in the cache: .*libtensorflow_cc\.so\.2\ndownloaded 0\.0 MB, ready/,
  );
  assert.match(first.err, /unpacking .* of .* MB, .* MB\/s/);
  const second = await setup(machine, ["--cpu"]);
  assert.equal(second.code, 0, second.err);
  assert.match(second.out, /\nnothing downloaded, ready after/);
  assert.equal((await machine.pipCalls()).length, 1);
});

testUnless(withoutWheels(), "runSetup() prints one JSON object as the last line when asked", async () => {
  await using machine = await MadeMachine.create();
  const { code, out } = await setup(machine, ["--cpu", "--json"]);
  assert.equal(code, 0);
  const answer = JSON.parse(out.split("\n").at(-1) ?? "");
  assert.deepEqual([answer.ok, answer.version, answer.source, answer.cuda], [true, "2.21.0", "cache", false]);
  assert.ok(answer.downloadedBytes > 0 && answer.seconds > 0);
});

testUnless(
  withoutWheels(),
  "runSetup() ends with 1, a sentence and JSON when nothing can be had",
  async () => {
    await using machine = await MadeMachine.create();
    const plain = await setup(machine, ["--cpu"], { python: false });
    assert.equal(plain.code, 1);
    assert.match(plain.err, /^Cannot download libtensorflow 2\.21\.0: no python3 is on the PATH/);
    await machine.setMode("offline");
    const json = await setup(machine, ["--cpu", "--json"]);
    assert.equal(json.code, 1);
    assert.match(JSON.parse(json.out).error, /pip does not reach its package index/);
  },
);

Deno.test("runSetup() ends with 2 when it is called wrongly, and with 0 for --help", async () => {
  await using machine = await MadeMachine.create();
  for (const args of [["--cpu", "--cuda"], ["--gpu"], ["more"]]) {
    const { code, err } = await setup(machine, args);
    assert.equal(code, 2, args.join(" "));
    assert.match(err, /^error: /);
  }
  const help = await setup(machine, ["--help"]);
  assert.equal(help.code, 0);
  assert.match(help.out, /Usage: deno task setup .*--cuda .*--json /s);
  assert.deepEqual(await machine.pipCalls(), []);
});
