import assert from "node:assert/strict";
import { DatasetError, FormatError } from "../../src/core/errors.ts";
import { parseList } from "../../src/data/list_file.ts";
import { parseDescription } from "../../src/data/layouts/description.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { openZip } from "../../src/formats/zip_archive.ts";
import { writeZip } from "../../src/formats/zip_writer.ts";

/** Names of one hash, where an engine hashes indices by their value. */
const INDICES = Array.from({ length: 60_000 }, (_, i) => `${i * 65536}`);

/** A safetensors file of this header and no data. */
function headerAlone(header: string): Uint8Array {
  const bytes = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + bytes.length);
  new DataView(file.buffer).setUint32(0, bytes.length, true);
  file.set(bytes, 8);
  return file;
}

/** Runs a reader that must end within 3 s (it takes a tenth of that on an idle machine). */
function quick(read: () => unknown, text?: RegExp): void {
  const started = performance.now();
  if (text === undefined) read();
  else {
    assert.throws(read, (error) => {
      assert.ok(error instanceof FormatError || error instanceof DatasetError, `${error}`);
      assert.match(error.message, text);
      return true;
    });
  }
  assert.ok(performance.now() - started < 3000, `${performance.now() - started} ms`);
}

Deno.test("decodeSafetensors() refuses names of one hash, and shapes that are deep or long, at once", () => {
  const tensor = `{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`;
  const many = INDICES.map((name) => `"${name}":${tensor}`).join(",");
  quick(() => decodeSafetensors(headerAlone(`{${many}}`)), /more than 4000 names are numbers/);
  const deep = "[".repeat(1e6) + "]".repeat(1e6);
  const shaped = (shape: string) =>
    headerAlone(`{"a":{"dtype":"F32","shape":${shape},"data_offsets":[0,0]}}`);
  quick(() => decodeSafetensors(shaped(deep)), /shape is a list of 1, expected sizes from 0/);
  quick(
    () => decodeSafetensors(shaped(`[${"1,".repeat(1e6)}1]`)),
    /hold 0 bytes, expected 4 for float32 a list of/,
  );
});

Deno.test("openZip() refuses entries whose names have one hash at once", () => {
  const file = writeZip(INDICES.map((name) => ({ name, bytes: new Uint8Array(0) })));
  quick(() => openZip(file), /more than 4000 names are numbers/);
});

Deno.test("parseList() reads a list of names of one hash, and refuses quotes without end, at once", () => {
  quick(() => parseList(INDICES.join("\n"), "list"));
  quick(() => parseList('"a'.repeat(50_001), "list"), /line 1 has 50001 fields/);
});

Deno.test("parseDescription() refuses deep and long texts at once", () => {
  quick(() => parseDescription(`a = ${"[".repeat(1e5)}`, "dataset.toml"), /excessively nested/);
  quick(() => parseDescription(`${"a.".repeat(1e5)}b = 1`, "dataset.toml"), /"a" is unknown/);
  const keys = Array.from({ length: 20_000 }, (_, i) => `k${i} = 1`).join("\n");
  quick(() => parseDescription(keys, "dataset.toml"), /20001 problems/);
});
