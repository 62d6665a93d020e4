import assert from "node:assert/strict";
import { isSystemError } from "../../src/core/system_error.ts";

Deno.test("isSystemError() goes by the code, where there is one", async () => {
  const error = await Deno.open("/nowhere/at/all").then(() => assert.fail(), (error) => error);
  assert.equal(isSystemError(error, ["EIO", "ENOENT"]), true);
  assert.equal(isSystemError(error, ["EIO"]), false);
  assert.equal(isSystemError(Object.assign(new Error("x (os error 5)"), { code: "ENOSPC" }), ["EIO"]), false);
});

Deno.test("isSystemError() goes by the number, where there is no code", () => {
  const error = new Error("Input/output error (os error 5): rename 'a' -> 'b'");
  assert.equal(isSystemError(error, ["ENOSPC", "EIO"]), true);
  assert.equal(isSystemError(error, ["ENOSPC"]), false);
  assert.equal(isSystemError(new Error("(os error 50)"), ["EIO"]), false);
  assert.equal(isSystemError("no error", ["EIO"]), false);
});

Deno.test("isSystemError() knows the number of a missing lock on Linux and macOS", () => {
  const number = { linux: 37, darwin: 77 }[Deno.build.os as string];
  if (number !== undefined) {
    assert.equal(isSystemError(new Error(`No locks (os error ${number})`), ["ENOLCK"]), true);
  }
});
