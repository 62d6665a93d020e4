import assert from "node:assert/strict";
import fc from "fast-check";
import { CheckpointMismatch } from "../../src/core/errors.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  readCheckpoint,
} from "../../src/train/checkpoint.ts";
import { CheckpointFolder } from "../../src/train/checkpoint_folder.ts";

const CHECKPOINT: Checkpoint = {
  iteration: 12,
  parameters: new Map([
    ["a.weight", { dtype: "float32", shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 0) }],
    ["a.num_batches_tracked", { dtype: "int64", shape: [], data: BigInt64Array.of(12n) }],
  ]),
  momentum: new Map([["a.weight", { dtype: "float32", shape: [2, 2], data: Float32Array.of(0.5, 0, 0, 1) }]]),
  metadata: { config: 'seed = 1\nname = "ü"' },
};

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("decodeCheckpoint() gives back what encodeCheckpoint() took", async () => {
  assert.deepEqual(await decodeCheckpoint(await encodeCheckpoint(CHECKPOINT), "x"), CHECKPOINT);
});

Deno.test("decodeCheckpoint() notices every changed bit", async () => {
  const bytes = await encodeCheckpoint(CHECKPOINT);
  const anyBit = fc.integer({ min: 0, max: bytes.length * 8 - 1 });
  await fc.assert(
    fc.asyncProperty(anyBit, async (bit) => {
      const changed = bytes.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      await assert.rejects(decodeCheckpoint(changed, "run/c.safetensors"), (error: Error) => {
        assert.ok(error instanceof CheckpointMismatch, `${error}`);
        assert.match(error.message, /^Cannot read checkpoint "run\/c\.safetensors": /);
        return true;
      });
    }),
    { numRuns: 400, seed: 1 },
  );
});

Deno.test("decodeCheckpoint() refuses every cut off file", async () => {
  const bytes = await encodeCheckpoint(CHECKPOINT);
  for (let length = 0; length < bytes.length; length += 7) {
    await assert.rejects(decodeCheckpoint(bytes.subarray(0, length), "c"), CheckpointMismatch);
  }
});

Deno.test("readCheckpoint() names a missing file", async () => {
  await assert.rejects(
    readCheckpoint("no/such.safetensors"),
    /^CheckpointMismatch: Cannot read checkpoint "no\/such/,
  );
});

Deno.test("CheckpointFolder passes over a damaged checkpoint and takes the one before, saying why", async () => {
  await inFolder(async (path) => {
    const folder = new CheckpointFolder(path);
    for (const iteration of [2, 4, 6]) await folder.save({ ...CHECKPOINT, iteration });
    const newest = (await folder.list())[0]!;
    const bytes = await Deno.readFile(newest);
    await Deno.writeFile(newest, bytes.subarray(0, bytes.length - 3));
    const told: string[] = [];
    assert.equal((await folder.newest((text) => told.push(text)))!.iteration, 4);
    assert.equal(told.length, 1);
    assert.match(told[0]!, /iteration-00000006/);
  });
});

Deno.test("CheckpointFolder refuses to begin anew where every checkpoint is damaged", async () => {
  await inFolder(async (path) => {
    const folder = new CheckpointFolder(path);
    await Deno.writeTextFile(await folder.save(CHECKPOINT), "nothing");
    await assert.rejects(folder.newest(() => {}), /none of its 1 checkpoints is whole/);
  });
});

Deno.test("CheckpointFolder leaves the old file and no rest behind when writing fails", async () => {
  await inFolder(async (path) => {
    const folder = new CheckpointFolder(path);
    await folder.save(CHECKPOINT);
    await Deno.mkdir(`${path}/best.safetensors`);
    await assert.rejects(folder.saveBest(CHECKPOINT), /^Error: Cannot write ".*best\.safetensors": /);
    assert.equal((await folder.newest(() => {}))!.iteration, 12);
    const names = [...Deno.readDirSync(path)].map(({ name }) => name);
    assert.ok(names.every((name) => !name.endsWith(".part")), names.join());
  });
});
