import assert from "node:assert/strict";
import { renderReport } from "../../src/report/report_page.ts";
import { brokenRecord, fullRecord, HOSTILE } from "./run_records.ts";
import type { RunRecord } from "../../src/report/run_record.ts";

const SECTIONS = [
  "limits",
  "comparison",
  "pictures",
  "diagnosis",
  "classes",
  "confusion",
  "curves",
  "pairs",
  "machine",
  "options",
];

function sectionIds(page: string): string[] {
  return [...page.matchAll(/<section id="([a-z]+)">/g)].map((match) => match[1]!);
}

/** The names of all tags of a page, a closing one with its slash. */
function tags(page: string): string[] {
  return [...page.matchAll(/<(\/?[a-zA-Z!][a-zA-Z0-9]*)/g)].map((match) => match[1]!);
}

Deno.test("renderReport() has every section, and links to each, when the record has all", () => {
  const page = renderReport(fullRecord("x"));
  assert.deepEqual(sectionIds(page), SECTIONS);
  assert.deepEqual([...page.matchAll(/<a href="#([a-z]+)">/g)].map((match) => match[1]), SECTIONS);
  assert.match(page, /^<!doctype html>/);
});

Deno.test("renderReport() leaves out what a broken run does not have and says that it is not finished", () => {
  const page = renderReport(brokenRecord("x"));
  assert.deepEqual(sectionIds(page), ["curves", "machine", "options"]);
  assert.match(page, /not finished<\/strong>: iteration 20 of 20/);
});

Deno.test("renderReport() works on a run that has just begun", () => {
  const record: RunRecord = { ...brokenRecord("x"), metrics: [] };
  assert.deepEqual(sectionIds(renderReport(record)), ["machine", "options"]);
});

Deno.test("renderReport() escapes every text: hostile names make no tag more than harmless ones", () => {
  const hostile = renderReport(fullRecord(HOSTILE));
  assert.deepEqual(tags(hostile), tags(renderReport(fullRecord("x"))));
  assert.ok(!hostile.includes("<script"));
  assert.ok(hostile.includes("&lt;script&gt;"));
});

Deno.test("renderReport() needs nothing from outside the page", () => {
  const page = renderReport(fullRecord("x"));
  assert.doesNotMatch(page, /https?:|<script|<link|@import/);
  const sources = [...page.matchAll(/\b(?:src|href)="([^"]*)"/g)].map((match) => match[1]!);
  assert.ok(sources.length > 8);
  assert.ok(sources.every((source) => source.startsWith("data:image/png;base64,") || source.startsWith("#")));
});

Deno.test("renderReport() closes every tag in order", () => {
  const open: string[] = [];
  const empty = ["!doctype", "meta", "img"];
  const pattern = /<(\/?)([a-zA-Z!][a-zA-Z0-9]*)[^>]*?(\/?)>/g;
  for (const [, closing, name, selfClosed] of renderReport(fullRecord("x")).matchAll(pattern)) {
    if (closing === "/") assert.equal(open.pop(), name);
    else if (selfClosed !== "/" && !empty.includes(name!)) open.push(name!);
  }
  assert.deepEqual(open, []);
});

Deno.test("renderReport() gives pictures a text, charts a title and a description, tables a caption", () => {
  const page = renderReport(fullRecord("x"));
  const images = page.match(/<img[^>]*>/g)!;
  assert.equal(images.length, 11);
  assert.ok(images.every((image) => / alt="[^"]+"/.test(image)));
  const charts = page.match(/<svg[\s\S]*?<\/svg>/g)!;
  assert.ok(charts.length >= 4);
  assert.ok(
    charts.every((chart) => /<title id=/.test(chart) && /<desc id="[^"]+">[^<]+<\/desc>/.test(chart)),
  );
  assert.equal(page.match(/<table/g)!.length, page.match(/<caption/g)!.length);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
  assert.equal(new Set(ids).size, ids.length);
  assert.doesNotMatch(page, /NaN|undefined|Infinity/);
});

Deno.test("renderReport() shows the measures of the classes and a dash for one that does not occur", () => {
  const page = renderReport(fullRecord("class ")).replace(/\s+/g, " ");
  assert.match(page, /class 1<\/th> <td class="number">75\.0<\/td>/);
  assert.match(page, /class 2<\/th> <td class="number">–<\/td>/);
  assert.match(page, /73\.9\u202f%|73\.9 %/);
});

Deno.test("renderReport() shows under each pair its names, its λ, and the distance where one was measured", () => {
  const record = fullRecord("x");
  const [pair] = record.pairs;
  const shown = (distance: number | undefined) => {
    const named = { ...pair!, unlabeledName: "u7", labeledName: "l3", mixCoefficient: 0.25, distance };
    const page = renderReport({ ...record, pairs: [named] });
    return page.slice(page.indexOf('id="pairs"'), page.indexOf('id="machine"'));
  };
  assert.match(shown(3.14159), /Unlabeled: u7[\s\S]*Labeled: l3[\s\S]*distance 3\.14, λ 0\.25/);
  assert.match(shown(3.14159), /pooled encoder features/);
  const drawn = shown(undefined);
  assert.match(drawn, /λ 0\.25/);
  assert.doesNotMatch(drawn, /distance/);
});

Deno.test("renderReport() shows pseudo-masks against true masks by probability, a dash where no pixel is sure", () => {
  const record = fullRecord("x");
  const page = renderReport(record).replace(/\s+/g, " ");
  const section = page.slice(page.indexOf('id="diagnosis"'), page.indexOf('id="classes"'));
  const rows = [...section.matchAll(/<th scope="row">([^<]*)<\/th>((?: <td class="number">[^<]*<\/td>)+)/g)];
  const cells = rows.map((
    [, name, row],
  ) => [name, ...row!.match(/>[^<]+</g)!.map((cell) => cell.slice(1, -1))]);
  assert.deepEqual(cells.map((row) => row.filter((cell) => cell !== " ")), [
    ["all pixels", "100.0", "12.5", "25.0"],
    ["above 0.5", "62.5", "37.5", "87.5"],
    ["above 0.9", "0.0", "–", "–"],
    ["plain, M_u", "50.0", "75.0"],
    ["decoupled, M_u-dec", "25.0", "50.0"],
  ]);
  assert.match(section, /above 0\.5: From 25\.0.% at iteration 10 to 62\.5.% at iteration 20/);
  assert.match(section, /true masks of 3 unlabeled photos/);
  const without = { ...record, metrics: record.metrics.filter(({ kind }) => kind !== "diagnosis") };
  assert.doesNotMatch(renderReport(without), /id="diagnosis"/);
});

Deno.test("renderReport() adds up the time of a run that was gone on with, or says that it is the last piece's", () => {
  // the last piece took 10 minutes
  const at = "2026-01-02T03:04:05.000Z";
  const page = (resumed?: RunRecord["resumed"]) =>
    renderReport({ ...fullRecord("x"), started: "2026-01-01T23:00:00.000Z", resumed });
  const known = page({ at, secondsBefore: 240 });
  assert.match(known, /<dd>14\u00a0min 00\u00a0s<small>on x<\/small>/);
  assert.match(known, /Started <time>2026-01-01 23:00 UTC<\/time>, gone on with <time>2026-01-02 03:04 UTC</);
  const unknown = page({ at });
  assert.match(unknown, /<dd>10\u00a0min 00\u00a0s<small>since the last --resume, on x<\/small>/);
  assert.doesNotMatch(unknown, /Start to end|Started </);
});
