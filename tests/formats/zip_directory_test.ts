import assert from "node:assert/strict";
import fc from "fast-check";
import { zipSync } from "fflate";
import { FormatError } from "../../src/core/errors.ts";
import { openZip } from "../../src/formats/zip_archive.ts";
import { readZipDirectory } from "../../src/formats/zip_directory.ts";
import { readZipMember } from "../../src/formats/zip_member.ts";
import { fileSource } from "../../src/backends/library/file_source.ts";
import { memorySource } from "../../src/formats/zip_source.ts";

type Contents = Record<string, Uint8Array>;

async function withFile<T>(bytes: Uint8Array, body: (file: Deno.FsFile) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, bytes);
  try {
    using file = await Deno.open(path);
    return await body(file);
  } finally {
    await Deno.remove(path);
  }
}

async function readAll(file: Deno.FsFile): Promise<Contents> {
  const contents: Contents = {};
  const source = fileSource(file);
  for (const member of readZipDirectory(source).values()) {
    const parts = await Array.fromAsync(readZipMember(source, member));
    contents[member.name] = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
  }
  return contents;
}

const arbitraryContents: fc.Arbitrary<Contents> = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,2}$/),
  fc.uint8Array({ maxLength: 3000 }),
  { maxKeys: 5, noNullPrototype: true },
);

Deno.test("readZipMember() from a file and openZip() in memory give what was packed, at every level", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryContents, fc.constantFrom<0 | 6>(0, 6), async (contents, level) => {
      const bytes = zipSync(contents, { level });
      assert.deepEqual(await withFile(bytes, readAll), contents);
      const zip = openZip(bytes);
      assert.deepEqual(Object.fromEntries(zip.names.map((name) => [name, zip.read(name)])), contents);
    }),
    { numRuns: 30 },
  );
});

Deno.test("readZipMember() gives a member of several pieces", async () => {
  const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * i) >> 5);
  assert.deepEqual(await withFile(zipSync({ large: bytes }), readAll), { large: bytes });
});

Deno.test("readZipDirectory() and readZipMember() throw FormatError, nothing else, when bytes are damaged", async () => {
  const whole = zipSync({ "a/b": new Uint8Array(500).fill(7), c: new Uint8Array([1, 2, 3]) });
  const damage = fc.record({
    at: fc.nat(whole.length - 1),
    value: fc.nat(255),
    length: fc.nat(whole.length),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ at, value, length }) => {
      const bytes = whole.slice();
      bytes[at] = value;
      try {
        await withFile(bytes.subarray(0, at % 3 === 0 ? length : undefined), readAll);
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});

for (const name of ["../evil", "a/../../evil", "/evil", "a\\..\\evil", "C:/evil", "a/./b", ""]) {
  Deno.test(`readZipDirectory() refuses the member name "${name}"`, () => {
    const bytes = zipSync({ [name]: new Uint8Array([1]) });
    assert.throws(() => readZipDirectory(memorySource(bytes)), {
      name: "FormatError",
      message: `Cannot read zip file: an entry is named ${JSON.stringify(name)}, ` +
        'expected relative names without ".." and "."',
    });
  });
}

Deno.test("readZipMember() stops when a member unpacks to more than it announces", async () => {
  const bytes = zipSync({ bomb: new Uint8Array(2_000_000) });
  const view = new DataView(bytes.buffer);
  const entry = bytes.length - 22 - 46 - 4;
  assert.equal(view.getUint32(entry, true), 0x02014b50);
  view.setUint32(entry + 24, 10, true);
  await assert.rejects(withFile(bytes, readAll), /Cannot unpack "bomb": more than 10 bytes/);
});
