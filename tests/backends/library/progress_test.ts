import assert from "node:assert/strict";
import {
  describeProgress,
  type LibraryProgress,
  ProgressMeter,
} from "../../../src/backends/library/progress.ts";

Deno.test("describeProgress() tells stage, file, bytes and rate", () => {
  const progress: LibraryProgress = {
    stage: "unpack",
    what: "lib.so",
    bytes: 12_340_000,
    totalBytes: 50_000_000,
    bytesPerSecond: 1_500_000,
  };
  assert.equal(describeProgress(progress), "unpacking lib.so: 12.3 of 50.0 MB, 1.5 MB/s");
  assert.equal(describeProgress({ ...progress, stage: "wait", what: "process 7" }), "waiting for process 7");
  const { totalBytes: _, ...open } = progress;
  assert.equal(describeProgress({ ...open, stage: "download" }), "downloading lib.so: 12.3 MB, 1.5 MB/s");
});

Deno.test("ProgressMeter reports the first and the last bytes, and few between", () => {
  const seen: number[] = [];
  const meter = new ProgressMeter("check", 1000, ({ bytes }) => seen.push(bytes));
  for (let i = 0; i < 1000; i++) meter.add(1, "file");
  assert.equal(seen[0], 1);
  assert.equal(seen.at(-1), 1000);
  assert.ok(seen.length < 10, `${seen.length} reports`);
});
