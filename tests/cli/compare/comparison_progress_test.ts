import assert from "node:assert/strict";
import { ComparisonProgress } from "../../../src/cli/compare/comparison_progress.ts";

/** Four runs of 100 iterations, two recipes, two at a time, and a clock in seconds. */
function fourRuns(finished = 0) {
  let seconds = 0;
  const keys = new Map([["a0", "a"], ["b0", "b"], ["a1", "a"], ["b1", "b"]]);
  const progress = new ComparisonProgress(keys, {
    iterations: 100,
    jobs: 2,
    finished,
    now: () => seconds * 1000,
  });
  return { progress, at: (time: number) => seconds = time };
}

Deno.test("ComparisonProgress knows no time left before a speed is known", () => {
  const { progress } = fourRuns();
  progress.begin("a0");
  progress.advance("a0", 1);
  assert.equal(progress.secondsLeft(), undefined);
  assert.deepEqual(progress.state(), { label: "compare 0/4 runs", done: 1, total: 400 });
});

Deno.test("ComparisonProgress knows no time left by the first iterations alone, which are slow", () => {
  const { progress, at } = fourRuns();
  progress.begin("a0");
  progress.advance("a0", 1);
  at(20);
  progress.advance("a0", 3);
  assert.equal(progress.secondsLeft(), undefined);
  assert.equal(progress.state().secondsPerStep, undefined);
  at(29);
  progress.advance("a0", 12);
  assert.ok(progress.secondsLeft()! > 0);
});

Deno.test("ComparisonProgress counts the runs that earlier calls finished", () => {
  const { progress } = fourRuns(3);
  progress.begin("a0");
  progress.goOn("a0", 40);
  assert.deepEqual(progress.state(), { label: "compare 3/7 runs", done: 340, total: 700 });
  progress.end("a0", true);
  assert.deepEqual(progress.state(), { label: "compare 4/7 runs", done: 400, total: 700 });
});

Deno.test("ComparisonProgress measures from the first news on, and takes unknown recipes for like known ones", () => {
  const { progress, at } = fourRuns();
  progress.begin("a0");
  at(50); // a slow start
  progress.advance("a0", 10);
  at(60);
  progress.advance("a0", 20); // a second an iteration
  // 80 + 3 · 100 seconds for two at a time
  assert.equal(progress.secondsLeft(), 190);
  assert.equal(progress.state().secondsPerStep, 190 / 380);
});

Deno.test("ComparisonProgress tells recipes apart, and takes whole runs for those to come", () => {
  const { progress, at } = fourRuns();
  for (const name of ["a0", "b0"]) {
    progress.begin(name);
    progress.advance(name, 1);
  }
  at(99);
  progress.advance("a0", 100);
  progress.advance("b0", 34); // 33 iterations in 99 s
  at(120); // an evaluation
  progress.end("a0", true);
  assert.equal(progress.ended, 1);
  // b0: 66 · 3 s; a1: 120 s as a0 took; b1: 300 s
  assert.equal(progress.secondsLeft(), (198 + 120 + 300) / 2);
});

Deno.test("ComparisonProgress waits at least for the longest run", () => {
  const { progress, at } = fourRuns();
  for (const name of ["a0", "a1", "b1"]) progress.end(name, false);
  progress.begin("b0");
  progress.advance("b0", 50);
  at(10);
  progress.advance("b0", 60);
  assert.equal(progress.secondsLeft(), 40);
  progress.end("b0", true);
  assert.equal(progress.secondsLeft(), undefined);
  assert.deepEqual(progress.state(), { label: "compare 4/4 runs", done: 400, total: 400 });
});

Deno.test("ComparisonProgress does not measure what a run had done before, nor its start", () => {
  const { progress, at } = fourRuns();
  progress.begin("a0");
  at(5);
  progress.goOn("a0", 80);
  at(65); // a slow start
  progress.advance("a0", 90);
  at(75);
  progress.end("a0", true);
  // 10 iterations in 10 s, and no whole run is known
  assert.equal(progress.secondsLeft(), 150);
});
