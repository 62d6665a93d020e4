import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { FormatError } from "../../src/core/errors.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { readTorchTensors } from "../../src/formats/torch_file.ts";
import { projectPath } from "../support.ts";
import { latin, tensorPickle, torchFile, zipWithPickle } from "./torch_files.ts";

function refused(file: Uint8Array, text: RegExp): void {
  assert.throws(() => readTorchTensors(file), (error) => {
    assert.ok(error instanceof FormatError, `${error}`);
    assert.match(error.message, text);
    return true;
  });
}

for (const layout of ["zip", "old"]) {
  Deno.test(`readTorchTensors() reads every element type of the ${layout} layout`, () => {
    const { tensors } = readTorchTensors(torchFile(`dtypes.${layout}.pth`));
    const path = projectPath("fixtures/formats/dtypes.safetensors");
    const expected = decodeSafetensors(new Uint8Array(readFileSync(path))).tensors;
    assert.equal(tensors.size, expected.size);
    for (const [name, tensor] of expected) assert.deepEqual(tensors.get(name), tensor, name);
  });

  Deno.test(`readTorchTensors() makes strided tensors row-major in the ${layout} layout`, () => {
    const { tensors } = readTorchTensors(torchFile(`parts.${layout}.pth`));
    const part = (name: string) => [tensors.get(name)!.shape, [...tensors.get(name)!.data].map(Number)];
    const all = Array.from({ length: 24 }, (_, i) => i);
    const at = (i: number, j: number, k: number) => i * 12 + j * 4 + k;
    assert.deepEqual(part("whole"), [[2, 3, 4], all]);
    assert.deepEqual(part("offset"), [[3, 4], all.slice(12)]);
    const transposed = [0, 1, 2, 3].flatMap((k) => [0, 1].flatMap((i) => [0, 1, 2].map((j) => at(i, j, k))));
    assert.deepEqual(part("transposed"), [[4, 2, 3], transposed]);
    assert.deepEqual(part("stepped"), [[2, 2, 2], [1, 3, 9, 11, 13, 15, 21, 23]]);
    assert.deepEqual(part("expanded"), [[3, 2], [5, 5, 5, 5, 5, 5]]);
    assert.equal(tensors.get("half")?.dtype, "float16");
    assert.deepEqual(part("parameter"), [[4], [0, 1, 2, 3]]);
  });

  Deno.test(`readTorchTensors() joins nested names by dots in the ${layout} layout`, () => {
    const { tensors, extras } = readTorchTensors(torchFile(`nested.${layout}.pth`));
    assert.deepEqual([...tensors.keys()], ["state_dict.module.conv.weight"]);
    assert.deepEqual(Object.fromEntries(extras), {
      "epoch": 3,
      "best": 91.5,
      "name": "né",
      "big": 2n ** 60n,
      "flags.0": true,
      "flags.1": null,
      "flags.2.0": 1,
      "flags.2.1": -70000,
    });
  });

  Deno.test(`readTorchTensors() reads a module's state_dict and a tensor alone in the ${layout} layout`, () => {
    const names = [...readTorchTensors(torchFile(`module.${layout}.pth`)).tensors.keys()];
    assert.deepEqual(names.slice(0, 3), ["0.weight", "0.bias", "1.weight"]);
    assert.ok(names.includes("1.num_batches_tracked"));
    const bare = readTorchTensors(torchFile(`bare.${layout}.pth`)).tensors;
    assert.deepEqual([...bare], [["tensor", { dtype: "float32", shape: [2], data: Float32Array.of(1, 1) }]]);
  });
}

Deno.test("readTorchTensors() reads pickle protocol 4", () => {
  const [four, two] = ["nested.protocol4.pth", "nested.zip.pth"].map((name) =>
    readTorchTensors(torchFile(name))
  );
  assert.deepEqual(four, two);
});

Deno.test("readTorchTensors() refuses classes and functions by name, and runs nothing", () => {
  refused(torchFile("whole_module.pth"), /wants "torch.nn.modules.activation.ReLU"/);
  const mark = Deno.makeTempDirSync() + "/mark";
  for (const name of ["os\nsystem", "posix\nsystem", "builtins\neval", "subprocess\nPopen"]) {
    const call = latin(`\x80\x02c${name}\n(X${String.fromCharCode(6 + mark.length)}\0\0\0touch ${mark}tR.`);
    refused(zipWithPickle(call), /wants "\w+\.\w+", expected only tensors and plain containers; nothing/);
  }
  const byStack = latin("\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02ls\x85R.");
  refused(zipWithPickle(byStack), /wants "os.system"/);
  assert.throws(() => Deno.statSync(mark), Deno.errors.NotFound);
});

Deno.test("readTorchTensors() refuses a name that is only mentioned", () => {
  refused(zipWithPickle(latin("\x80\x02cos\nsystem\n0N.")), /wants "os.system"/);
});

Deno.test("readTorchTensors() refuses tensors that reach beyond their storage", () => {
  const two = { "0": new Uint8Array(8) };
  const read = (options: Parameters<typeof tensorPickle>[0]) => zipWithPickle(tensorPickle(options), two);
  assert.equal(readTorchTensors(read({})).tensors.get("tensor")?.data.length, 2);
  refused(read({ shape: "K\x03" }), /shape \[3\] reaches element 2, expected below 2/);
  refused(read({ offset: "K\x01" }), /reaches element 2/);
  refused(read({ offset: "J\xff\xff\xff\xff" }), /begins at element -1/);
  refused(read({ strides: "J\xff\xff\xff\xff" }), /strides are \[-1\]/);
  refused(read({ strides: "K\x01K\x01" }), /strides are \[1,1\] for shape \[2\]/);
  refused(read({ elements: "K\x03" }), /storage "0" has 8 bytes, expected 12/);
  refused(read({ key: "1" }), /no entry "a\/data\/1"/);
});

Deno.test("readTorchTensors() refuses huge claimed sizes without asking for memory", () => {
  const huge = "\x8a\x08\0\0\0\0\0\0\x10\0"; // 2^52
  const two = { "0": new Uint8Array(8) };
  refused(zipWithPickle(tensorPickle({ elements: huge, shape: huge }), two), /storage "0" has 8 bytes/);
  refused(zipWithPickle(tensorPickle({ shape: huge, strides: "K\x00" }), two), /spreads to 4503599627370496/);
  const million = "J\x40\x42\x0f\x00";
  refused(
    zipWithPickle(tensorPickle({ shape: million, strides: "K\x00" }), two),
    /spreads to 1000000 elements/,
  );
  refused(zipWithPickle(tensorPickle({ shape: huge + huge, strides: "K\x00K\x00" }), two), /shape is/);
});

Deno.test("readTorchTensors() refuses containers that hold themselves or grow without end", () => {
  refused(zipWithPickle(latin("\x80\x02]q\0h\0a.")), /nested too deeply/);
  const doubling = "](" + "K\x00".repeat(2) + "e" + "q\x01](h\x01h\x01e".repeat(30);
  refused(zipWithPickle(latin(`\x80\x02${doubling}.`)), /too many values for the file/);
});

Deno.test("readTorchTensors() refuses two values of one name", () => {
  refused(zipWithPickle(latin("\x80\x02}(X\x01\0\0\x001K\x01K\x01K\x02u.")), /two values have this name/);
});

Deno.test("readTorchTensors() refuses files of other kinds", () => {
  refused(new Uint8Array(), /begins neither as a zip file nor/);
  refused(latin("\x80\x02}q\0."), /begins neither as a zip file nor/);
  const { length } = torchFile("bare.old.pth");
  for (let cut = 16; cut < length; cut++) refused(torchFile("bare.old.pth").subarray(0, cut), /Cannot read/);
});
