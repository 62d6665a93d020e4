import assert from "node:assert/strict";
import type { StoredData } from "../../src/formats/stored_tensor.ts";
import type { Comparison } from "../../src/parity/comparison.ts";
import type { Ledger } from "../../src/parity/ledger.ts";
import {
  openReferenceFolder,
  type ReferenceFile,
  type ReferenceTensor,
} from "../../src/parity/reference_folder.ts";
import { compareFile } from "../../src/parity/run_parity.ts";
import { numericTest } from "../numeric.ts";
import { projectPath } from "../support.ts";

/** Files that hold every kind of tensor. */
const FILES = [
  ["official-seed7", "fn-aspp"],
  ["official-seed7", "fn-ce"],
  ["official-seed7", "fn-focal"],
  ["official-seed7", "fn-poly"],
  ["official-seed7", "fn-resize"],
  ["official-seed7", "fn-resnet"],
  ["official-seed7", "train-focal-mitrans-b3"],
  ["restated-seed11", "fn-method"],
  ["restated-seed11", "train-restated-probabilities-normalize"],
] as const;

function comparisons(ledger: Ledger): Comparison[] {
  return [...ledger.fates().values()].flatMap((fate) => (fate.as === "compared" ? [fate.comparison] : []));
}

function finiteMaximum(data: StoredData): number {
  return Array.from(data, Number).filter(Number.isFinite).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

/** A copy whose last finite element is 1 % of the maximum further away. */
function changed(tensor: ReferenceTensor): ReferenceTensor {
  const data = tensor.data.slice();
  if (data instanceof BigInt64Array) {
    data[data.length - 1]! += 1n;
    return { ...tensor, data };
  }
  const place = Array.from(data).findLastIndex(Number.isFinite);
  data[place] = data[place]! + 0.01 * finiteMaximum(data) + (finiteMaximum(data) === 0 ? 1e-3 : 0);
  return { ...tensor, data };
}

function withChanges(file: ReferenceFile, names: ReadonlySet<string>): ReferenceFile {
  const tensors = new Map(
    [...file.tensors].map(([name, tensor]) => [name, names.has(name) ? changed(tensor) : tensor] as const),
  );
  return { ...file, tensors };
}

/** Tensors to which rounding may do 1 % of their maximum: gradients that cancel, or of less than 2e-4 in all. */
function isBlunt({ kind, tolerance, maximum, difference }: Comparison): boolean {
  if (maximum === 0 || 0.01 * maximum > tolerance + difference) return false;
  return kind === "cancelling" || (kind === "gradient" && maximum < 2e-4);
}

for (const [folder, name] of FILES) {
  numericTest(`compareFile() names every tensor of ${name} that has one element 1 % off`, async () => {
    const reference = await openReferenceFolder(projectPath(`fixtures/reference/${folder}`));
    const file = await reference.read(name);
    const clean = await compareFile(file);
    assert.deepEqual(clean.report.cases.flatMap(({ failures }) => failures), []);
    const compared = comparisons(clean.ledger);
    const blunt = compared.filter(isBlunt);
    const wanted = new Set(compared.filter((one) => !isBlunt(one)).map(({ tensor }) => tensor));
    const small = blunt.filter(({ kind }) => kind === "gradient").map(({ tensor }) => tensor);
    assert.ok(small.length <= 0.02 * compared.length, `too blunt: ${small.join(", ")}`);

    const { report } = await compareFile(withChanges(file, wanted));
    const named = report.cases.flatMap(({ failures }) => failures.map(({ tensor }) => tensor));
    assert.deepEqual(named.sort(), [...wanted].sort());
  });
}
