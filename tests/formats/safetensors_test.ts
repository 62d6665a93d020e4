import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { FormatError } from "../../src/core/errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import type { StoredDtype, StoredTensor } from "../../src/formats/stored_tensor.ts";
import { projectPath } from "../support.ts";

function fileOf(header: string | object, dataLength: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.byteLength + dataLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.byteLength), true);
  file.set(text, 8);
  return file;
}

function refused(file: Uint8Array, text: RegExp): void {
  assert.throws(() => decodeSafetensors(file), (error) => {
    assert.ok(error instanceof FormatError, `${error}`);
    assert.match(error.message, text);
    return true;
  });
}

const f32 = (shape: number[], offsets: number[]) => ({ dtype: "F32", shape, data_offsets: offsets });

Deno.test("decodeSafetensors() reads every dtype as the reference library wrote it", () => {
  const { tensors, metadata } = decodeSafetensors(
    new Uint8Array(readFileSync(projectPath("fixtures/formats/dtypes.safetensors"))),
  );
  assert.deepEqual(metadata, { made: "by safetensors" });
  const values = (name: string) => Array.from(tensors.get(name)!.data as Iterable<number | bigint>, Number);
  for (const name of ["float64", "float32", "float16", "bfloat16"]) {
    assert.equal(tensors.get(name)?.dtype, name);
    assert.deepEqual(tensors.get(name)?.shape, [2, 3]);
    assert.deepEqual(values(name), [-2.5, 0, 0.15625, 1, 1.5, 96], name);
  }
  for (const name of ["int64", "int32", "int16", "int8"]) {
    assert.equal(tensors.get(name)?.dtype, name);
    assert.deepEqual(values(name), [-128, -1, 0, 1, 2, 127], name);
  }
  assert.deepEqual(values("uint8"), [0, 1, 2, 127, 128, 255]);
  assert.deepEqual(values("bool"), [1, 0, 1]);
  assert.deepEqual(tensors.get("scalar"), {
    dtype: "int64",
    shape: [],
    data: BigInt64Array.of(7n),
  });
  assert.deepEqual(tensors.get("empty")?.shape, [0, 3]);
});

Deno.test("encodeSafetensors() writes the very bytes of the reference library", () => {
  const bytes = new Uint8Array(readFileSync(projectPath("fixtures/formats/dtypes.safetensors")));
  const { tensors, metadata } = decodeSafetensors(bytes);
  assert.deepEqual(encodeSafetensors(tensors, metadata), bytes);
  const reversed = new Map([...tensors].reverse());
  assert.deepEqual(encodeSafetensors(reversed, metadata), encodeSafetensors(tensors, metadata));
});

Deno.test("encodeSafetensors() is undone by decodeSafetensors() for any names and values", () => {
  const tensor = fc.array(fc.float({ noNaN: true }), { maxLength: 6 }).map((values): StoredTensor => ({
    dtype: "float32",
    shape: [values.length],
    data: Float32Array.from(values),
  }));
  const name = fc.string().filter((text) => text !== "__metadata__");
  fc.assert(fc.property(fc.array(fc.tuple(name, tensor)), fc.dictionary(name, fc.string()), (list, texts) => {
    const tensors = new Map(list);
    const read = decodeSafetensors(encodeSafetensors(tensors, texts));
    const byName = (a: [string, unknown], b: [string, unknown]) => (a[0] < b[0] ? -1 : 1);
    assert.deepEqual([...read.tensors].sort(byName), [...tensors].sort(byName));
    assert.deepEqual(Object.entries(read.metadata).sort(byName), Object.entries(texts).sort(byName));
  }));
});

Deno.test("encodeSafetensors() aligns the data to 8 bytes", () => {
  const file = encodeSafetensors(new Map([["x", { dtype: "uint8", shape: [1], data: Uint8Array.of(9) }]]));
  assert.equal(Number(new DataView(file.buffer).getBigUint64(0, true)) % 8, 0);
  assert.equal(file.at(-1), 9);
});

Deno.test("decodeSafetensors() copies when the file begins at an odd offset", () => {
  const file = encodeSafetensors(
    new Map([["x", { dtype: "float32", shape: [1], data: Float32Array.of(2) }]]),
  );
  const shifted = new Uint8Array(file.length + 1);
  shifted.set(file, 1);
  assert.deepEqual(decodeSafetensors(shifted.subarray(1)).tensors.get("x")?.data, Float32Array.of(2));
});

Deno.test("encodeSafetensors() rounds bfloat16 to the nearest, ties to even", () => {
  const data = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.3, NaN, Infinity);
  const tensors = new Map([["x", { dtype: "bfloat16" as StoredDtype, shape: [5], data }]]);
  const read = decodeSafetensors(encodeSafetensors(tensors)).tensors.get("x")!.data;
  assert.deepEqual([...read], [1, 1 + 2 ** -6, 3.296875, NaN, Infinity]);
});

Deno.test("decodeSafetensors() refuses headers that cannot be", () => {
  refused(new Uint8Array(7), /file has 7 bytes, expected at least 8/);
  const long = fileOf("{}", 0);
  new DataView(long.buffer).setBigUint64(0, 2n ** 63n, true);
  refused(long, /header length is 9223372036854775808, expected at most 2/);
  refused(fileOf("{", 0), /header is no JSON/);
  refused(fileOf("[]", 0), /header is no object/);
  refused(fileOf('{"__metadata__":{"a":1}}', 0), /__metadata__ is no table of texts/);
});

Deno.test("decodeSafetensors() names the tensor whose entry is wrong", () => {
  refused(fileOf({ w: f32([1], [0, 8]) }, 8), /tensor "w": data_offsets \[0, 8\] hold 8 bytes, expected 4/);
  refused(fileOf({ w: f32([1], [4, 8]) }, 8), /tensor "w": .* begin at 0/);
  refused(fileOf({ w: f32([2], [0, 8]) }, 4), /tensor "w": .* end by 4/);
  refused(fileOf({ a: f32([2], [0, 8]), b: f32([1], [4, 8]) }, 8), /tensor "b": .* begin at 8/);
  refused(fileOf({ w: f32([2 ** 40, 2 ** 40], [0, 8]) }, 8), /tensor "w": shape is/);
  refused(fileOf({ w: f32([-1], [0, 8]) }, 8), /tensor "w": shape is \[-1\]/);
  refused(
    fileOf({ w: { ...f32([1], [0, 4]), dtype: "F8" } }, 4),
    /tensor "w": dtype is "F8", expected one of I64/,
  );
  refused(fileOf('{"w":null}', 0), /tensor "w": its header entry is no object/);
  refused(fileOf({ w: f32([1], [0, 4]) }, 6), /tensors end at 4, expected 6/);
});

Deno.test("decodeSafetensors() refuses a name that stands twice", () => {
  const entry = JSON.stringify(f32([1], [0, 4]));
  refused(fileOf(`{"a\\"b":${entry}, "a\\u0022b":${entry}}`, 4), /name "a\\"b" stands twice/);
});

Deno.test("encodeSafetensors() refuses data that does not fill the shape", () => {
  const wrong: StoredTensor = { dtype: "float32", shape: [2], data: Float32Array.of(1) };
  assert.throws(() => encodeSafetensors(new Map([["x", wrong]])), RangeError);
});
