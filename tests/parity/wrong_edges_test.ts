/** Wrong lists of edge decisions, planted into a folder of the exporter: each fails its case with a sentence. */
import assert from "node:assert/strict";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { openReferenceFolder, type ReferenceFile } from "../../src/parity/reference_folder.ts";
import { compareFile } from "../../src/parity/run_parity.ts";
import { numericTest } from "../numeric.ts";
import { projectPath } from "../support.ts";

async function read(folder: string, name: string): Promise<ReferenceFile> {
  return await (await openReferenceFolder(projectPath(`fixtures/reference/${folder}`))).read(name);
}

const file = await read("restated-seed11", "train-restated-hard");
/** Has more rectifiers. */
const larger = await read("official-seed7", "train-focal-mitrans-b3");

/** The file with one of its lists changed. */
function planted(list: string, change: (numbers: number[]) => void): ReferenceFile {
  const tensors = new Map(file.tensors);
  const tensor = tensors.get(list)!;
  const numbers = Array.from(tensor.data, Number);
  change(numbers);
  const data = tensor.dtype === "int64" ? BigInt64Array.from(numbers, BigInt) : Float32Array.from(numbers);
  tensors.set(list, { ...tensor, data });
  return { ...file, tensors };
}

/** A file with lists cut to no rows. */
function emptied(file: ReferenceFile, ...lists: string[]): ReferenceFile {
  const tensors = new Map(file.tensors);
  for (const list of lists) {
    const { shape, data, ...tensor } = tensors.get(list)!;
    const none: StoredTensor = { ...tensor, shape: [0, ...shape.slice(1)], data: data.slice(0, 0) };
    tensors.set(list, none);
  }
  return { ...file, tensors };
}

async function reportOf(reference: ReferenceFile) {
  const { report } = await compareFile(reference);
  return report.cases[0]!;
}

numericTest("compareFile() takes what the exporter listed, in all three steps", async () => {
  const { beyond, errors, edges, moved } = await reportOf(file);
  assert.deepEqual([beyond, errors, moved], [0, [], undefined]);
  const listed = [1, 2, 3].flatMap((step) =>
    ["rectifiers", "max_pools"].map((kind) => file.tensors.get(`step${step}/edges/${kind}`)!.shape[0]!)
  );
  assert.equal(edges!.listed, listed.reduce((sum, count) => sum + count));
  assert.ok(listed.every((count) => count > 0), "the fixture has both kinds in every step");
});

numericTest("compareFile() obeys no list whose inputs are not at an edge here", async () => {
  const [rectifiers, inputs, pools] = ["rectifiers", "rectifier_inputs", "max_pools"]
    .map((list) => `step2/edges/${list}`) as [string, string, string];
  const wrong: [string, ReferenceFile, RegExp][] = [
    [
      "an index beside",
      planted(rectifiers, (rows) => rows[2]!++),
      /in step 2: input \[/,
    ],
    ["inputs that are large there", planted(inputs, (values) => values.fill(-1)), /here and -1 there/],
    [
      "an index outside",
      planted(rectifiers, (rows) => rows[2] = 1e8),
      /1 of those listed .* are not there/,
    ],
    ["a call too many", planted(rectifiers, (rows) => rows[1] = 9), /\(call 9\) did not run here/],
    [
      "another choice",
      planted(pools, (rows) => rows[3] = 0),
      /below its window's largest/,
    ],
  ];
  for (const [what, reference, message] of wrong) {
    const { beyond, errors, failures } = await reportOf(reference);
    assert.equal(errors.length, 1, what);
    assert.match(errors[0]!, message, what);
    assert.match(errors[0]!, /^Cannot take decisions at an edge from the reference in step 2: /);
    assert.deepEqual([beyond, failures], [0, []], `${what}: our own decision stays, and is the reference's`);
  }
});

numericTest("compareFile() finds a list of the first step from which inputs are missing", async () => {
  const { errors } = await reportOf(
    emptied(larger, "step1/edges/rectifiers", "step1/edges/rectifier_inputs"),
  );
  assert.equal(errors.length, 1);
  assert.match(
    errors[0]!,
    /^Cannot trust the list .* in step 1: of the \d+ rectifier inputs .* 0 are listed/,
  );
});

numericTest("compareFile() finds decisions at an edge that the reference did not make", async () => {
  const reversed = planted("step1/edges/rectifier_inputs", (values) => {
    values.forEach((value, i) => values[i] = -value);
  });
  const { edges, failures, moved } = await reportOf(reversed);
  const taken = edges!.taken.filter(({ step }) => step === 1);
  assert.equal(taken.length, reversed.tensors.get("step1/edges/rectifier_inputs")!.data.length);
  assert.ok(
    failures.some(({ tensor }) => tensor.startsWith("step1/grad/")),
    "gradients are those of other decisions",
  );
  assert.equal(moved, undefined, "no further run makes up for it");
});

numericTest(
  "compareFile() compares a case of an older folder, which has no lists, by our own decisions",
  async () => {
    const tensors = new Map([...file.tensors].filter(([name]) => !name.includes("/edges/")));
    const { edges, beyond, errors } = await reportOf({ ...file, tensors });
    assert.deepEqual([edges, beyond, errors], [undefined, 0, []]);
  },
);
