import assert from "node:assert/strict";
import { eventFileName, EventWriter } from "../../src/formats/events.ts";
import { earlierPieces } from "../../src/run/earlier_pieces.ts";
import { RunFolder } from "../../src/run/run_folder.ts";
import { inTemporary } from "../cli/small_runs.ts";

/** Writes the events of a piece that begins at a second after an iteration, with rows of `[second, iteration]`. */
async function writePiece(
  folder: string,
  second: number,
  iteration: number,
  rows: readonly (readonly [second: number, iteration: number])[],
): Promise<string> {
  const path = `${folder}/${eventFileName(second * 1000)}`;
  using file = await Deno.open(path, { write: true, createNew: true });
  let ms = second * 1000;
  const writer = new EventWriter((bytes) => void file.writeSync(bytes), () => ms);
  writer.start(iteration);
  for (const [at, done] of rows) {
    ms = at * 1000;
    writer.write(done, [{ tag: "loss/total", scalar: 1 }]);
  }
  return path;
}

Deno.test("earlierPieces() adds up the pieces of a run without the time between them", () =>
  inTemporary(async (folder) => {
    await writePiece(folder, 1000, 0, [[1030, 10], [1060, 20]]);
    await writePiece(folder, 5000, 20, [[5040, 30]]);
    const expected = { started: "1970-01-01T00:16:40.000Z", seconds: 100 };
    assert.deepEqual(await earlierPieces(new RunFolder(folder)), expected);
  }));

Deno.test("earlierPieces() counts pieces whose iterations were lost, or whose last row is before the checkpoint", () =>
  inTemporary(async (folder) => {
    await writePiece(folder, 1000, 0, [[1060, 20]]);
    await writePiece(folder, 5000, 10, [[5040, 30]]);
    await writePiece(folder, 6000, 35, [[6005, 40]]);
    assert.equal((await earlierPieces(new RunFolder(folder))).seconds, 105);
  }));

Deno.test("earlierPieces() knows nothing where the first piece is gone or one is damaged", () =>
  inTemporary(async (folder) => {
    const run = new RunFolder(folder);
    assert.deepEqual(await earlierPieces(run), {});
    const first = await writePiece(folder, 1000, 0, [[1060, 20]]);
    const second = await writePiece(folder, 2000, 20, [[2060, 40]]);
    await writePiece(folder, 3000, 40, [[3060, 60]]);
    assert.equal((await earlierPieces(run)).seconds, 180);
    const bytes = await Deno.readFile(second);
    await Deno.writeFile(second, bytes.with(20, bytes[20]! ^ 255));
    assert.deepEqual(await earlierPieces(run), {});
    await Deno.writeFile(second, bytes);
    await Deno.remove(first);
    assert.deepEqual(await earlierPieces(run), {});
  }));
