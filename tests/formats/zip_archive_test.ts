import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import { zipSync } from "fflate";
import { FormatError } from "../../src/core/errors.ts";
import { openZip } from "../../src/formats/zip_archive.ts";
import { writeZip } from "../../src/formats/zip_writer.ts";
import { latin } from "./torch_files.ts";

function refused(file: Uint8Array, text: RegExp, entry?: string): void {
  const read = () => {
    const zip = openZip(file);
    if (entry !== undefined) zip.read(entry);
  };
  assert.throws(read, (error) => {
    assert.ok(error instanceof FormatError, `${error}`);
    assert.match(error.message, text);
    return true;
  });
}

/** Where a mark first stands, with an offset. */
function find(file: Uint8Array, mark: string): number {
  return Array.from(file, (byte) => String.fromCharCode(byte)).join("").indexOf(mark);
}

Deno.test("openZip() reads stored and deflated entries that another library wrote", () => {
  const text = latin("weights ".repeat(100));
  const file = zipSync({
    "a/stored": [text, { level: 0 }],
    "a/deflated": [text, { level: 9 }],
    "b": [latin(""), {}],
  });
  const zip = openZip(file);
  assert.deepEqual(zip.names, ["a/stored", "a/deflated", "b"]);
  for (const name of ["a/stored", "a/deflated"]) assert.deepEqual(zip.read(name), text);
  assert.equal(zip.read("b").length, 0);
  assert.throws(() => zip.read("c"), /no entry "c"/);
});

Deno.test("writeZip() puts data at multiples of 64 bytes and is undone by openZip()", () => {
  const entries = ["", "x", "a longer name", "é"].map((name, i) => ({
    name: `f/${name}${i}`,
    bytes: latin("abc".repeat(i * 7)),
  }));
  const file = writeZip(entries);
  const zip = openZip(file);
  for (const { name, bytes } of entries) {
    const read = zip.read(name);
    assert.deepEqual(read, bytes);
    assert.equal(read.byteOffset % 64, 0);
  }
});

Deno.test("openZip() refuses names that leave the folder", () => {
  for (const name of ["../x", "a/../../x", "/etc/x", "a\\b", "a\0b", ""]) {
    refused(writeZip([{ name, bytes: latin("x") }]), /an entry is named .*, expected relative names/);
  }
});

Deno.test("openZip() refuses a name that stands twice", () => {
  const entry = { name: "a", bytes: latin("x") };
  refused(writeZip([entry, entry]), /"a" stands twice/);
});

Deno.test("openZip() refuses bytes that were changed", () => {
  const file = writeZip([{ name: "a", bytes: latin("weights") }]);
  file[find(file, "weights")]! ^= 1;
  refused(file, /"a" is damaged \(its checksum differs\)/, "a");
});

Deno.test("openZip() refuses a bomb, by claimed size and by real size", () => {
  const zeros = new Uint8Array(64 * 2 ** 20);
  refused(
    zipSync({ bomb: [zeros, { level: 9 }] }),
    /entries claim 67108864 bytes when inflated, expected at most/,
  );
  const lying = zipSync({ bomb: [new Uint8Array(2 ** 20), { level: 9 }] });
  new DataView(lying.buffer).setUint32(find(lying, "PK\x01\x02") + 24, 100, true);
  refused(lying, /does not inflate to 100 bytes/, "bomb");
});

Deno.test("openZip() refuses entries that overlap", () => {
  const data = deflateRawSync(new Uint8Array(1000));
  assert.ok(data.length > 0);
  const file = writeZip([{ name: "a", bytes: new Uint8Array(600) }, { name: "b", bytes: latin("") }]);
  const view = new DataView(file.buffer);
  const second = find(file, "PK\x01\x02") + 47;
  for (const at of [20, 24]) view.setUint32(second + at, 600, true);
  view.setUint32(second + 42, 0, true);
  refused(file, /entries claim 1200 bytes, expected at most/);
});

Deno.test("openZip() refuses every cut", () => {
  const file = writeZip([{ name: "a", bytes: latin("weights") }]);
  for (let length = 0; length < file.length; length++) {
    refused(file.subarray(0, length), /Cannot read zip file/);
  }
});
