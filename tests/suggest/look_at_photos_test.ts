import assert from "node:assert/strict";
import { join } from "node:path";
import { openBackend } from "../../src/backends/open_backend.ts";
import { encodeRgbPng } from "../../src/formats/encode_png.ts";
import type { Network } from "../../src/model/network.ts";
import { SILENT } from "../../src/run/run_output.ts";
import { lookAtPhotos, workingPhoto } from "../../src/suggest/look_at_photos.ts";
import { inFolder, tinyNetwork } from "../train/tiny_run.ts";

await openBackend("wasm");

Deno.test("workingPhoto() makes photos smaller where they, or their probabilities, would be too large", () => {
  const photo = { width: 2000, height: 1000, data: new Uint8Array(6_000_000) };
  const network = (classes: number) => ({ options: { classes } }) as unknown as Network;
  const sizes = (classes: number, predict?: object) => {
    const { width, height } = workingPhoto(photo, { network: network(classes), predict });
    return [width, height];
  };
  assert.deepEqual(sizes(150), [1448, 724]); // 2^20 pixels
  assert.deepEqual(sizes(2, {}), [1448, 724]);
  assert.deepEqual(sizes(150, {}), [472, 236]); // 2^24 / 150
  const small = { width: 20, height: 10, data: new Uint8Array(600) };
  assert.equal(workingPhoto(small, { network: network(150), predict: {} }), small);
});

Deno.test("lookAtPhotos() measures what it can read, in order, and tells of the rest", async () => {
  await inFolder(async (folder) => {
    const data = Uint8Array.from({ length: 3 * 1500 }, (_, i) => (i * i) % 251);
    await Deno.writeFile(join(folder, "a.png"), encodeRgbPng({ width: 50, height: 30, data }));
    await Deno.writeTextFile(join(folder, "b.png"), "no picture");
    await Deno.copyFile(join(folder, "a.png"), join(folder, "c.png"));
    const candidates = ["a.png", "b.png", "gone.png", "c.png"].map((name) => ({
      name,
      path: join(folder, name),
    }));
    const notes: string[] = [];
    const network = tinyNetwork();
    const output = { ...SILENT, note: (text: string) => void notes.push(text) };
    const { seen, skipped } = await lookAtPhotos(candidates, { network, predict: {} }, output);
    assert.deepEqual(seen.map(({ name }) => name), ["a.png", "c.png"]);
    assert.deepEqual(skipped.map(({ name }) => name), ["b.png", "gone.png"]);
    assert.equal(notes.length, 2);
    assert.match(notes[0]!, /skipped: .*b\.png/);
    const [first, second] = seen;
    assert.deepEqual(second, { ...first, name: "c.png", path: join(folder, "c.png") });
    const { all, entropy, margin, flips, regions } = first!.uncertainty!;
    assert.ok(Math.abs(all - (entropy + margin + flips) / 3) < 1e-6);
    assert.ok(regions[0]!.uncertainty >= all - 1e-6); // the most uncertain part is no surer than the whole
    const plain = await lookAtPhotos(candidates.slice(0, 1), { network }, SILENT);
    assert.equal(plain.seen[0]!.uncertainty, undefined);
    assert.deepEqual(plain.seen[0]!.features, first!.features);
    network.dispose();
  });
});
