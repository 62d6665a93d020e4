import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { giveBackLoadedPages, unchangedRanges } from "../../../src/backends/tensorflow/loaded_pages.ts";
import { numericTest } from "../../numeric.ts";

const SMAPS = `1000-3000 r--p 00000000 fe:00 12     /a b/libtensorflow_cc.so.2
Rss:                   8 kB
Anonymous:             0 kB
3000-4000 r-xp 00002000 fe:00 12     /a b/libtensorflow_cc.so.2
Anonymous:             0 kB
4000-5000 r--p 00003000 fe:00 12     /a b/libtensorflow_cc.so.2
Anonymous:             4 kB
5000-6000 rw-p 00004000 fe:00 12     /a b/libtensorflow_cc.so.2
Anonymous:             0 kB
6000-7000 rw-p 00000000 00:00 0
Anonymous:             0 kB
7000-8000 r-xp 00000000 fe:00 13     /libtensorflow/libm.so.6
Anonymous:             0 kB
ffffffffff600000-ffffffffff601000 r-xp 00000000 00:00 0  [vsyscall]
Anonymous:             0 kB
`;

Deno.test("unchangedRanges() leaves out what may be written, relocated pages and other files", () => {
  assert.deepEqual(unchangedRanges(SMAPS, "libtensorflow"), [
    { start: 0x1000n, end: 0x3000n },
    { start: 0x3000n, end: 0x4000n },
  ]);
});

/** Resident kilobytes of libtensorflow's files. */
function residentOfLibrary(): number {
  const mappings = Deno.readTextFileSync("/proc/self/smaps").split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  return mappings.filter((one) => one.split("\n")[0]!.includes("/libtensorflow"))
    .reduce((sum, one) => sum + Number(/^Rss: +(\d+)/m.exec(one)![1]), 0);
}

numericTest("giveBackLoadedPages() takes the library's pages, and ops go on as before", () => {
  const add = () => tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 3).dataSync());
  assert.deepEqual([...add()], [4, 5]);
  const before = residentOfLibrary();
  giveBackLoadedPages();
  const after = residentOfLibrary();
  assert.ok(after < before / 2, `${before} kB before, ${after} kB after`);
  assert.deepEqual([...add()], [4, 5]);
}, ["tensorflow"]);
