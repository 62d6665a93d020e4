import assert from "node:assert/strict";
import {
  addCommonOptions,
  commandText,
  newCommand,
  parseArguments,
  pathText,
  positiveNumbers,
  sidesText,
  wholeNumber,
} from "../../src/cli/command_line.ts";
import { ConfigError } from "../../src/core/errors.ts";

function command() {
  return addCommonOptions(
    newCommand("toy", "A toy.").option("--iterations <n>", "how many", wholeNumber(1)).option(
      "--crop <size>",
      "",
      sidesText,
    ),
  );
}

Deno.test("parseArguments() reads options as their types", () => {
  const toy = command();
  assert.equal(parseArguments(toy, ["--iterations", "3", "--crop", "20x30", "--json"]), true);
  assert.deepEqual(toy.opts(), { iterations: 3, crop: [20, 30], json: true });
});

Deno.test("parseArguments() names the nearest of an unknown option", () => {
  assert.throws(
    () => parseArguments(command(), ["--iteratons", "3"]),
    (error: Error) =>
      error instanceof ConfigError && /'--iteratons'; did you mean --iterations\?/.test(error.message),
  );
});

Deno.test("parseArguments() refuses values out of range, missing values and superfluous arguments in a sentence", () => {
  for (
    const [args, text] of [
      [["--iterations", "0"], /expected a whole number from 1/],
      [["--iterations", "1.5"], /expected a whole number from 1/],
      [["--iterations"], /argument missing/],
      [["--crop", "20"], /expected height x width/],
      [["more"], /too many arguments/],
    ] as const
  ) {
    assert.throws(() => parseArguments(command(), args), (error: Error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /^Cannot run "deno task toy": /);
      assert.match(error.message, text);
      assert.doesNotMatch(error.message, /\n|\. |[.?];/, "one sentence");
      return true;
    });
  }
});

Deno.test("positiveNumbers() reads factors with commas between", () => {
  assert.deepEqual(positiveNumbers("0.5,1, 1.5"), [0.5, 1, 1.5]);
  assert.throws(() => positiveNumbers("1,0"), /above 0/);
  assert.throws(() => positiveNumbers("1,"), /above 0/);
});

Deno.test("commandText() quotes what a shell would read otherwise", () => {
  assert.equal(commandText("go", "--out", "runs/a-1", "--set", "a.b=1"), "go --out runs/a-1 --set a.b=1");
  assert.equal(commandText("go", "my run", "it's", ""), "go 'my run' 'it'\\''s' ''");
});

Deno.test("pathText() refuses an empty path", () => {
  assert.equal(pathText("a b"), "a b");
  assert.throws(() => pathText(""), /expected a path, it is empty/);
});
