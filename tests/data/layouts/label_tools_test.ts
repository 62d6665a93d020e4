/** Exports made by the label tools themselves: see `tools/label_tools/make_exports.py`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { checkDataset } from "../../../src/data/check_dataset.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { openDataset } from "../../../src/data/open_dataset.ts";
import { readRawMask } from "../../../src/data/raw_mask.ts";
import { readLabelMap } from "../../../src/data/read_item.ts";
import { projectPath, testUnless } from "../../support.ts";

/** A Python with the packages that `tools/label_tools/make_exports.py` names. */
const PYTHON = Deno.env.get("GUIDEDMIX_LABEL_TOOLS");
const MISSING = PYTHON === undefined
  ? "GUIDEDMIX_LABEL_TOOLS names no Python with the label tools"
  : undefined;

let made: Promise<string> | undefined;

async function makeExports(): Promise<string> {
  const out = await Deno.makeTempDir({ prefix: "guidedmix-label-tools-" });
  const script = projectPath("tools/label_tools/make_exports.py");
  const { success, stderr } = await new Deno.Command(PYTHON!, { args: [script, out] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return out;
}

/** The folder of all exports, made once; the last test removes it. */
function exportsFolder(): Promise<string> {
  return made ??= makeExports();
}

/** Intersection over union of each class, over all masks that the tool drew. */
async function agreement(dataset: Dataset, expected: string): Promise<number[]> {
  const labeled = [...dataset.train, ...dataset.val];
  const [both, either] = [[0, 0, 0], [0, 0, 0]];
  for (const item of labeled) {
    const name = /(\d+)\.jpg$/.exec(item.id)![1];
    const truth = await readRawMask({ kind: "file", path: join(expected, `${name}.png`) });
    const own = await readLabelMap(dataset, item);
    own.data.forEach((label, i) => {
      if (label === truth.data[i]) both[label]!++;
      either[label]!++;
      if (label !== truth.data[i]) either[truth.data[i]!]!++;
    });
  }
  return both.map((count, label) => count / either[label]!);
}

/** Of eight photos two have no label; these formats leave them out, or say that nothing is on them. */
const UNLABELED: Readonly<Record<string, readonly number[]>> = {
  camvid: [5, 1, 0],
  cityscapes: [5, 1, 0],
  kitti: [5, 1, 0],
  yolo: [6, 2, 0],
  "studio-yolo": [2, 1, 0],
};

const EXPORTS = [
  ["labelme", ["background", "Cat", "Dog"]],
  ["labelme-voc", ["_background_", "Cat", "Dog"]],
  ["cvat-mask", ["background", "cat", "dog"]],
  ["cvat-xml", ["background", "Cat", "Dog"]],
  ["camvid", ["background", "cat", "dog"]],
  ["cityscapes", ["background", "cat", "dog"]],
  ["kitti", ["background", "cat", "dog"]],
  ["datumaro", ["background", "Cat", "Dog"]],
  ["coco", ["background", "Cat", "Dog"]],
  ["coco-rle", ["background", "Cat", "Dog"]],
  ["yolo", ["background", "Cat", "Dog"]],
  ["studio-json", ["background", "Cat", "Dog"]],
  ["studio-yolo", ["background", "Cat", "Dog"]],
] as const;

for (const [name, classes] of EXPORTS) {
  testUnless(MISSING, `openDataset() takes the export "${name}" by its folder alone`, async () => {
    const dataset = await openDataset(join(await exportsFolder(), name));
    assert.deepEqual(dataset.classes, classes);
    const { train, val, unlabeled } = dataset;
    assert.deepEqual([train.length, val.length, unlabeled.length], UNLABELED[name] ?? [5, 1, 2]);
    const { classShares } = await checkDataset(dataset);
    assert.ok(classShares[0]! > 0.7 && classShares[1]! > 0.05 && classShares[2]! > 0.05, `${classShares}`);
  });
}

// polygons of pycocotools and labelme take in the pixels that their outlines touch, of whatever share; runs are exact
for (const [name, least] of [["labelme", 0.9], ["coco-rle", 0.95], ["studio-json", 0.95]] as const) {
  testUnless(MISSING, `readLabelMap() draws the shapes of "${name}" as the tool does`, async () => {
    const folder = await exportsFolder();
    const shares = await agreement(await openDataset(join(folder, name)), join(folder, "expected", name));
    assert.ok(Math.min(...shares) > least, `IoU with the tool's masks: ${shares}`);
  });
}

testUnless(MISSING, "exports of label tools are removed", async () => {
  await Deno.remove(await exportsFolder(), { recursive: true });
});
