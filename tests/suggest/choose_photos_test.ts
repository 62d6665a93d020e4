import assert from "node:assert/strict";
import { choosePhotos } from "../../src/suggest/choose_photos.ts";
import type { SeenPhoto } from "../../src/suggest/photo.ts";

/** A photo at a place on a line; without `all` nothing is known of uncertainty. */
function seen(name: string, place: number, all?: number): SeenPhoto {
  const uncertainty = all === undefined
    ? {}
    : { uncertainty: { all, entropy: all, margin: all, flips: all, regions: [] } };
  return { name, path: `/${name}`, width: 4, height: 4, features: Float32Array.of(place), ...uncertainty };
}

const OPTIONS = { count: 1, variety: "farthest", seed: 0, labeled: [] } as const;
const names = (photos: readonly { name: string }[]) => photos.map(({ name }) => name);

Deno.test("choosePhotos() lets variety decide among the most uncertain photos, and ranks the others", () => {
  const photos = [
    seen("sure", 100, 0.1),
    seen("a", 1, 0.9),
    seen("b", 2, 0.8),
    seen("c", 9, 0.7),
    seen("d", 3, 0.6),
  ];
  const labeled = [{ name: "known", features: Float32Array.of(0) }];
  const ranked = choosePhotos(photos, { ...OPTIONS, labeled });
  assert.deepEqual(names(ranked), ["c", "a", "b", "d", "sure"]);
  const [first, second] = ranked;
  assert.deepEqual([first!.place, first!.uncertaintyRank, first!.distance, first!.nearest], [
    1,
    3,
    9,
    "known",
  ]);
  assert.deepEqual([second!.place, second!.uncertaintyRank, second!.nearest], [undefined, 1, undefined]);
});

Deno.test("choosePhotos() goes by variety alone where nothing is known of uncertainty", () => {
  const photos = [seen("x", 0), seen("y", 5), seen("z", 6)];
  const ranked = choosePhotos(photos, { ...OPTIONS, count: 2 });
  assert.deepEqual(names(ranked), ["y", "x", "z"]);
  assert.equal(ranked[1]!.nearest, "y");
  assert.equal(ranked[0]!.uncertaintyRank, undefined);
  const typical = choosePhotos(photos, { ...OPTIONS, count: 3, variety: "typical" });
  assert.deepEqual(typical.map(({ place }) => place), [1, 2, 3]);
});

Deno.test("choosePhotos() does not depend on the order of photos", () => {
  const photos = [seen("a", 1, 0.5), seen("b", 2, 0.5), seen("c", 3, 0.5), seen("d", 9, 0.4)];
  const ranked = choosePhotos(photos, { ...OPTIONS, count: 2 });
  assert.deepEqual(names(choosePhotos([...photos].reverse(), { ...OPTIONS, count: 2 })), names(ranked));
});
