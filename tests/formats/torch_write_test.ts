import assert from "node:assert/strict";
import fc from "fast-check";
import { readTorchTensors } from "../../src/formats/torch_file.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { writeTorchFile } from "../../src/formats/torch_write.ts";
import { testUnless } from "../support.ts";
import { torchFile } from "./torch_files.ts";

Deno.test("writeTorchFile() is undone by readTorchTensors() for every element type", () => {
  const { tensors } = readTorchTensors(torchFile("dtypes.zip.pth"));
  const written = writeTorchFile(tensors);
  assert.deepEqual(readTorchTensors(written).tensors, tensors);
  assert.deepEqual(writeTorchFile(tensors), written);
});

Deno.test("writeTorchFile() keeps names, order, shapes and values for any tensors", () => {
  const shape = fc.array(fc.nat(3), { maxLength: 4 });
  const tensor = shape.map((sizes): StoredTensor => {
    const count = sizes.reduce((product, size) => product * size, 1);
    return { dtype: "float32", shape: sizes, data: Float32Array.from({ length: count }, (_, i) => i / 3) };
  });
  const list = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1, unit: "grapheme" }), tensor), {
    selector: ([name]) => name,
    maxLength: 5,
  });
  fc.assert(fc.property(list, (tensors) => {
    assert.deepEqual([...readTorchTensors(writeTorchFile(new Map(tensors))).tensors], tensors);
  }));
});

Deno.test("writeTorchFile() refuses data that does not fill the shape", () => {
  const wrong: StoredTensor = { dtype: "float32", shape: [2], data: Float32Array.of(1) };
  assert.throws(() => writeTorchFile(new Map([["x", wrong]])), RangeError);
});

const python = Deno.env.get("GUIDEDMIX_PYTHON");

testUnless(
  python === undefined ? "GUIDEDMIX_PYTHON names no Python with torch" : undefined,
  "writeTorchFile() writes what torch.load(weights_only=True) reads as equal",
  () => {
    const folder = Deno.makeTempDirSync();
    const original = torchFile("dtypes.zip.pth");
    Deno.writeFileSync(`${folder}/torch.pth`, original);
    Deno.writeFileSync(`${folder}/ours.pth`, writeTorchFile(readTorchTensors(original).tensors));
    const program = `
import sys, torch
ours, theirs = (torch.load(sys.argv[1] + name, weights_only=True) for name in ["/ours.pth", "/torch.pth"])
assert list(ours) == list(theirs)
assert all(ours[k].dtype == theirs[k].dtype and torch.equal(ours[k], theirs[k]) for k in theirs)`;
    const { code, stderr } = new Deno.Command(python!, { args: ["-c", program, folder] }).outputSync();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  },
);
