import assert from "node:assert/strict";
import { openReferenceFolder } from "../../src/parity/reference_folder.ts";
import { movedByRounding } from "../../src/parity/rounding.ts";
import { projectPath } from "../support.ts";

const folder = await openReferenceFolder(projectPath("fixtures/reference/restated-seed11"));
const file = await folder.read("train-restated-hard");

Deno.test("movedByRounding() of run 0 changes nothing", () => {
  assert.equal(movedByRounding(file, 0), file);
});

Deno.test("movedByRounding() moves images alone, by some units in the last place, each run otherwise", () => {
  const [one, two] = [movedByRounding(file, 1), movedByRounding(file, 2)];
  for (const [name, tensor] of file.tensors) {
    if (!["in/img", "in/unsup_img"].includes(name)) {
      assert.equal(one.tensors.get(name), tensor);
      continue;
    }
    const [before, after] = [tensor.data as Float32Array, one.tensors.get(name)!.data as Float32Array];
    assert.notDeepEqual(after, before);
    assert.notDeepEqual(after, two.tensors.get(name)!.data);
    assert.ok(after.every((value, i) => Math.abs(value - before[i]!) <= 8 * 2 ** -24 * Math.abs(before[i]!)));
  }
  assert.deepEqual(movedByRounding(file, 1).tensors.get("in/img"), one.tensors.get("in/img"), "repeatable");
});
