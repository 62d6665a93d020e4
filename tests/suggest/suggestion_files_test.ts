import assert from "node:assert/strict";
import { paintUncertainty, withFrames } from "../../src/suggest/suggested_pictures.ts";
import { suggestionCsv } from "../../src/suggest/suggestion_csv.ts";
import { suggestionPage, whyText } from "../../src/suggest/suggestion_page.ts";
import type { RankedPhoto } from "../../src/suggest/photo.ts";

const HOSTILE = `"><script>alert('x')</script>`;

function photo(name: string): RankedPhoto {
  const region = { left: 1, top: 2, width: 3, height: 4, uncertainty: 0.75 };
  return {
    name,
    path: `/photos/${name}`,
    width: 8,
    height: 8,
    features: new Float32Array(2),
    uncertainty: { all: 0.5, entropy: 0.25, margin: 0.75, flips: 1 / 3, regions: [region, region] },
    uncertaintyRank: 2,
    place: 1,
    distance: 1.25,
    nearest: "other.jpg",
  };
}

Deno.test("suggestionCsv() writes a line a photo, quotes what must be, and makes no formulas", () => {
  const skipped = { name: "b.jpg", path: "/b.jpg", why: 'Cannot decode "b.jpg": it is cut off' };
  const lines = suggestionCsv([photo("a, b.jpg"), { ...photo("=1+1.jpg"), place: undefined }], [skipped])
    .split("\r\n");
  assert.deepEqual(lines, [
    "place,photo,uncertainty,uncertainty_rank,entropy,margin,flips,distance,nearest,regions,skipped",
    '1,"a, b.jpg",0.5,2,0.25,0.75,0.333333,1.25,other.jpg,1 2 3 4 0.750; 1 2 3 4 0.750,',
    ",'=1+1.jpg,0.5,2,0.25,0.75,0.333333,1.25,other.jpg,1 2 3 4 0.750; 1 2 3 4 0.750,",
    ',b.jpg,,,,,,,,,"Cannot decode ""b.jpg"": it is cut off"',
    "",
  ]);
});

Deno.test("whyText() tells why a photo was taken", () => {
  assert.equal(
    whyText(photo("a.jpg"), 7),
    "Uncertainty 0.50, place 2 of 7: entropy 0.25, margin 0.75, flips 0.33. " +
      "Nearest before it: other.jpg, at distance 1.25 of at most 2.",
  );
  const { uncertainty: _u, distance: _d, nearest: _n, ...first } = photo("a.jpg");
  assert.equal(whyText(first, 7), "The most ordinary of all photos.");
});

Deno.test("suggestionPage() shows photos in order and escapes every text", () => {
  const pictures = [{ kind: "input", width: 1, height: 1, pngBase64: "iVBORw0KGgo=" }] as const;
  const page = suggestionPage({
    run: HOSTILE,
    classes: [HOSTILE],
    colors: [[1, 2, 3]],
    shown: [{ photo: photo(`first${HOSTILE}`), pictures }, { photo: photo("second"), pictures: [] }],
    looked: 7,
    labeled: "3 photos are labeled: 3 for training",
    skipped: 1,
    command: HOSTILE.repeat(100),
    version: "1",
  });
  assert.doesNotMatch(page, /<script/);
  assert.ok(page.length < 20_000); // a command of thousands of photos is cut
  assert.match(page, /default-src &#39;none&#39;/);
  assert.ok(page.indexOf("1. first") < page.indexOf("1. second"));
  assert.match(
    page,
    /2 of 7 photos without labels.*1 could not be read\. 3 photos are labeled: 3 for training\. Label/s,
  );
});

Deno.test("paintUncertainty() is darkest where a photo is surest, and withFrames() draws inside", () => {
  const grey = { width: 2, height: 1, data: new Uint8Array(6).fill(100) };
  assert.deepEqual([...paintUncertainty(grey, Float32Array.of(0.2, 0.6)).data], [50, 50, 50, 255, 214, 64]);
  assert.deepEqual([...paintUncertainty(grey, Float32Array.of(0.5, 0.5)).data], [50, 50, 50, 50, 50, 50]);
  const black = { width: 7, height: 7, data: new Uint8Array(7 * 7 * 3) };
  const framed = withFrames(black, [{ left: 1, top: 1, width: 5, height: 9 }]);
  const isWhite = (x: number, y: number) => framed.data[(y * 7 + x) * 3] === 255;
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map((x) => isWhite(x, 4)), [
    false,
    true,
    true,
    false,
    true,
    true,
    false,
  ]);
  assert.deepEqual([isWhite(3, 0), isWhite(3, 1), isWhite(3, 6)], [false, true, false]);
  assert.equal(black.data.some((value) => value !== 0), false);
});
