import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CheckpointMismatch, FormatError } from "../../src/core/errors.ts";
import { randomStream } from "../../src/core/random.ts";
import { openZip } from "../../src/formats/zip_archive.ts";
import { writeZip } from "../../src/formats/zip_writer.ts";
import { readWeights } from "../../src/interop/weight_file.ts";
import { torchFile, torchFileNames } from "../formats/torch_files.ts";
import { projectPath } from "../support.ts";

const FILES = [
  ...torchFileNames().map(torchFile),
  new Uint8Array(readFileSync(projectPath("fixtures/formats/dtypes.safetensors"))),
];

/** The parts of a zip file with one changed, its checksum made right again, so that the change gets past it. */
function withChangedEntry(
  file: Uint8Array,
  name: string,
  change: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const zip = openZip(file);
  return writeZip(zip.names.map((entry) => {
    const bytes = zip.read(entry);
    return { name: entry, bytes: entry === name ? change(bytes) : bytes };
  }));
}

/** Sets, inserts or removes one to four bytes, cuts, or repeats a part. */
function changed(bytes: Uint8Array, seed: number): Uint8Array {
  const random = randomStream(seed, "hostile weights");
  let result = bytes.slice();
  for (let count = 1 + random.integer(4); count > 0; count--) {
    const at = random.integer(result.length + 1);
    const kind = random.integer(8);
    if (kind < 5 && at < result.length) result[at] = random.integer(256);
    else if (kind === 5) {
      result = Uint8Array.of(...result.subarray(0, at), random.integer(256), ...result.subarray(at));
    } else if (kind === 6) result = Uint8Array.of(...result.subarray(0, at), ...result.subarray(at + 1));
    else if (count === 1) result = result.slice(0, at);
  }
  return result;
}

/** `read` where it went well, else the class of the error; anything but the two known classes is thrown on. */
function outcome(bytes: Uint8Array): string {
  try {
    readWeights(bytes);
    return "read";
  } catch (error) {
    if (error instanceof FormatError || error instanceof CheckpointMismatch) return error.name;
    throw error;
  }
}

function tally(seeds: number, make: (seed: number) => Uint8Array): Map<string, number> {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < seeds; seed++) {
    try {
      const result = outcome(make(seed));
      counts.set(result, (counts.get(result) ?? 0) + 1);
    } catch (error) {
      throw new Error(`seed ${seed} gave another error`, { cause: error });
    }
  }
  return counts;
}

Deno.test("readWeights() reads or refuses 10,000 randomly changed files, with no other error", () => {
  const before = Deno.memoryUsage().rss;
  const counts = tally(10_000, (seed) => changed(FILES[seed % FILES.length]!, seed));
  assert.ok((counts.get("FormatError") ?? 0) > 1000, "most changes are noticed");
  assert.ok(Deno.memoryUsage().rss - before < 500e6, "memory stays bounded");
});

Deno.test("readWeights() reads or refuses 10,000 changed pickles behind right checksums, with no other error", () => {
  const files = torchFileNames().filter((name) => !name.includes("old")).map(torchFile);
  const pickles = files.map((file) => openZip(file).names.find((name) => name.endsWith("data.pkl"))!);
  const before = Deno.memoryUsage().rss;
  const counts = tally(10_000, (seed) => {
    const which = seed % files.length;
    return withChangedEntry(files[which]!, pickles[which]!, (bytes) => changed(bytes, seed));
  });
  assert.ok((counts.get("FormatError") ?? 0) > 1000, "most changes are noticed");
  assert.ok((counts.get("read") ?? 0) > 100, "some do no harm");
  assert.ok(Deno.memoryUsage().rss - before < 500e6, "memory stays bounded");
});
