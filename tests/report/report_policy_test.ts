import assert from "node:assert/strict";
import type { BrowserContext } from "playwright-core";
import { encodeRgbPng } from "../../src/formats/encode_png.ts";
import type { RunRecord } from "../../src/report/run_record.ts";
import { renderReport } from "../../src/report/report_page.ts";
import { inTemporary } from "../cli/small_runs.ts";
import { missingBrowser, withBrowser } from "../export/browser.ts";
import { serveFolder } from "../export/serve_folder.ts";
import { testUnless } from "../support.ts";
import { fullRecord } from "./run_records.ts";

const PNG = encodeRgbPng({ width: 4, height: 2, data: new Uint8Array(24).fill(77) });

/** A record whose pictures are whole PNG files. */
function record(): RunRecord {
  const full = fullRecord("x");
  const pngBase64 = btoa(String.fromCharCode(...PNG));
  const rows = (list: RunRecord["pictures"]) =>
    list.map((row) => ({ ...row, pictures: row.pictures.map((picture) => ({ ...picture, pngBase64 })) }));
  return { ...full, pictures: rows(full.pictures), diagnosisPictures: rows(full.diagnosisPictures ?? []) };
}

/** What the browser said of a page, and what it made of it. */
async function look(context: BrowserContext, url: string) {
  const page = await context.newPage();
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  await page.goto(url);
  const seen = await page.evaluate(`({
    title: document.title,
    widths: [...document.images].map((image) => image.naturalWidth),
    swatch: getComputedStyle(document.querySelector(".swatch")).backgroundColor,
    ruled: getComputedStyle(document.body).marginTop,
    charts: [...document.querySelectorAll("svg")].every((svg) => svg.getBoundingClientRect().width > 100),
  })`) as { title: string; widths: number[]; swatch: string; ruled: string; charts: boolean };
  await page.click('nav a[href="#options"]');
  assert.match(page.url(), /#options$/);
  await page.close();
  return { said, ...seen };
}

testUnless(
  missingBrowser(),
  "renderReport()'s policy lets a browser show all of the page and complain of nothing",
  () =>
    inTemporary(async (folder) => {
      await Deno.writeTextFile(`${folder}/report.html`, renderReport(record()));
      await withBrowser(async (context) => {
        const { said, widths, swatch, ruled, charts } = await look(context, `file://${folder}/report.html`);
        assert.deepEqual(said, []);
        // the pairs of the record have no whole pictures
        assert.equal(widths.filter((width) => width === 4).length, 9, `${widths}`);
        assert.match(swatch, /^rgb\(\d+, \d+, \d+\)$/);
        assert.equal(ruled, "0px");
        assert.ok(charts);
      });
    }),
);

testUnless(
  missingBrowser(),
  "renderReport()'s policy stops a script, a style and a request that got into the page",
  () =>
    inTemporary(async (folder) => {
      const server = serveFolder(folder);
      const hostile = `<script>document.title = "ran"</script><style>body{margin-top:99px}</style>` +
        `<img src="${server.url}leak.png" onerror="document.title = 'ran'"><link rel="stylesheet" href="${server.url}a.css">`;
      const page = renderReport(record()).replace("</body>", `${hostile}</body>`);
      await Deno.writeTextFile(`${folder}/report.html`, page);
      try {
        await withBrowser(async (context) => {
          const { title, ruled, said } = await look(context, `${server.url}report.html`);
          assert.equal(title, "x – guidedmix");
          assert.equal(ruled, "0px");
          assert.ok(said.some((text) => text.includes("Content Security Policy")));
        });
        assert.deepEqual(server.requested.filter((path) => !/report.html|favicon/.test(path)), []);
      } finally {
        await server.stop();
      }
    }),
);
