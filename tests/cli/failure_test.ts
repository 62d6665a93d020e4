import assert from "node:assert/strict";
import { exitCodeOf, failureText } from "../../src/cli/failure.ts";
import { BackendUnavailable, CheckpointMismatch, ConfigError, DatasetError } from "../../src/core/errors.ts";

Deno.test("exitCodeOf() is 2 for a wrong call and bad input, 1 for failures", () => {
  assert.equal(exitCodeOf(new ConfigError("")), 2);
  assert.equal(exitCodeOf(new DatasetError("")), 2);
  assert.equal(exitCodeOf(new CheckpointMismatch("")), 2);
  assert.equal(exitCodeOf(new BackendUnavailable("")), 1);
  assert.equal(exitCodeOf(new Error("")), 1);
});

Deno.test("failureText() is the sentence alone, and has the stack when debugging", () => {
  const error = new ConfigError("Cannot do it");
  assert.equal(failureText(error, false), "Cannot do it");
  assert.match(failureText(error, true), /failure_test\.ts/);
});

Deno.test("failureText() leaves a message that was cut as it is", () => {
  const error = new ConfigError("b".repeat(5000));
  assert.equal(failureText(error, false), error.message);
});

Deno.test("failureText() gives words to codes of the system", () => {
  const full = Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
  assert.match(failureText(full, false), /^Cannot go on: the disk is full/);
});
