import assert from "node:assert/strict";
import { encodeRgbPng } from "../../../src/formats/encode_png.ts";
import { renderComparison } from "../../../src/report/comparison/comparison_page.ts";
import type { ComparisonRecord } from "../../../src/report/comparison/comparison_record.ts";
import type { PictureKind } from "../../../src/report/run_record.ts";
import { inTemporary } from "../../cli/small_runs.ts";
import { missingBrowser, withBrowser } from "../../export/browser.ts";
import { testUnless } from "../../support.ts";
import { HOSTILE } from "../run_records.ts";
import { twoSeeds } from "./records.ts";

const PNG = encodeRgbPng({ width: 4, height: 2, data: new Uint8Array(24).fill(77) });

function picture(kind: PictureKind, caption?: string) {
  return {
    kind,
    width: 4,
    height: 2,
    pngBase64: btoa(String.fromCharCode(...PNG)),
    ...(caption ? { caption } : {}),
  };
}

/** Everything that a page can show; every name begins with `text`. */
function fullRecord(text = ""): ComparisonRecord {
  const record = twoSeeds();
  const named = (variant: string) => text + variant;
  return {
    ...record,
    command: `${text}deno task compare`,
    dataset: { ...record.dataset, name: `${text}set`, classes: [`${text}sky`, `${text}road`] },
    variants: record.variants.map((one) => ({ ...one, label: named(one.label), settings: [`${text}a=1`] })),
    settings: [`${text}data.crop=1x1`],
    trials: record.trials.map((one) => ({
      ...one,
      variant: named(one.variant),
      folder: `${text}${one.folder}`,
    })),
    missing: [{
      variant: named("guidedmix"),
      labels: 20,
      seed: 2,
      folder: "x",
      error: `${text}Cannot read it`,
    }],
    pictures: [{
      name: `${text}1.jpg`,
      pictures: [picture("input"), picture("truth"), picture("prediction", `${text}supervised`)],
    }],
  };
}

Deno.test("renderComparison() shows every part, and no number that does not exist", () => {
  const page = renderComparison(fullRecord());
  for (const id of ["results", "pictures", "classes", "runs", "options", "labels-t", "differences-t"]) {
    assert.ok(page.includes(`id="${id}"`), id);
  }
  for (
    const text of [
      "48.0 ± 4.2",
      "+6.0",
      "−6.7 to +18.7",
      "32 ± 10",
      "all 100",
      "Cannot read it",
      "by each recipe with 20 labels, runs of seed 1",
    ]
  ) {
    assert.ok(page.includes(text), text);
  }
  assert.match(page, /href="runs\/guidedmix-20-seed1\/report\.html"/);
  assert.doesNotMatch(page, /NaN|undefined|Infinity|\[object/);
});

Deno.test("renderComparison() has a page for one number of labels, one seed, the baseline alone, and no finished run", () => {
  const record = fullRecord();
  const cases: Record<string, Partial<ComparisonRecord>> = {
    labels: { labels: record.labels.slice(0, 1) },
    seed: { seeds: [0], trials: record.trials.filter(({ seed }) => seed === 0) },
    baseline: { variants: record.variants.slice(0, 1) },
    nothing: { trials: [], pictures: [] },
  };
  for (const [name, part] of Object.entries(cases)) {
    const page = renderComparison({ ...record, ...part });
    assert.doesNotMatch(page, /NaN|undefined|Infinity|\[object/, name);
    assert.equal(page.includes('id="results"'), name !== "nothing", name);
  }
});

Deno.test("renderComparison() escapes every text", () => {
  const page = renderComparison(fullRecord(HOSTILE));
  assert.ok(!page.includes("<script"), "a script got through");
  assert.ok(!page.includes("<b a="), "an attribute was ended");
});

testUnless(
  missingBrowser(),
  "renderComparison()'s policy lets a browser show all of the page and complain of nothing",
  () =>
    inTemporary(async (folder) => {
      await Deno.writeTextFile(`${folder}/report.html`, renderComparison(fullRecord()));
      await withBrowser(async (context) => {
        const page = await context.newPage();
        const said: string[] = [];
        page.on("console", (message) => said.push(message.text()));
        await page.goto(`file://${folder}/report.html`);
        const seen = await page.evaluate(`({
        widths: [...document.images].map((image) => image.naturalWidth),
        charts: [...document.querySelectorAll("svg")].map((svg) => svg.getBoundingClientRect().width > 100),
        beyond: document.documentElement.scrollWidth > innerWidth,
      })`);
        assert.deepEqual(said, []);
        assert.deepEqual(seen, { widths: [4, 4, 4], charts: [true, true], beyond: false });
      });
    }),
);
