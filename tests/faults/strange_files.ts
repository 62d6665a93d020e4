/** Reads strange files in processes of their own, so that a hang, a crash or a flood of memory is a failed test. */
import assert from "node:assert/strict";
import { describeEnd, runScript } from "../limited_process.ts";
import type { OneReport } from "./read_one.ts";

/** What a file may cost before it is refused. */
export interface Bounds {
  /** Milliseconds of reading. */
  readonly ms: number;
  /** Bytes of the whole process, which has 80 to 90 MB before it reads. */
  readonly bytes: number;
}

/** Fails unless the file is refused in one sentence within the bounds. @returns The sentence */
export async function refusedWithin(
  kind: "weights" | "image",
  path: string,
  bounds: Bounds,
): Promise<string> {
  const end = await runScript("tests/faults/read_one.ts", [kind, path], { limitMs: 60_000 });
  assert.equal(end.code, 0, describeEnd(end));
  const { refused, ms, peakBytes } = JSON.parse(end.stdout) as OneReport;
  assert.ok(refused !== undefined, `"${path}" was read`);
  assert.match(refused.name, /^(FormatError|DatasetError|CheckpointMismatch)$/);
  assert.match(refused.message, /^Cannot [^\n]*, expected [^\n]*$/);
  assert.ok(refused.message.length < 1000, `${refused.message.length} letters`);
  assert.ok(ms < bounds.ms, `"${path}" took ${Math.round(ms)} ms`);
  assert.ok(peakBytes < bounds.bytes, `"${path}" took ${Math.round(peakBytes / 1e6)} MB`);
  return refused.message;
}
