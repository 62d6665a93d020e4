import assert from "node:assert/strict";
import { ConfigError } from "../../../src/core/errors.ts";
import { ownShare } from "../../../src/train/distributed/agreement.ts";

Deno.test("ownShare() divides a batch, and refuses one that does not divide", () => {
  assert.equal(ownShare(6, 3, "batch.labeled"), 2);
  assert.throws(
    () => ownShare(4, 3, "batch.labeled"),
    (error) =>
      error instanceof ConfigError &&
      /batch.labeled is 4 for 3 workers, expected a multiple, for example 6/.test(error.message),
  );
});
