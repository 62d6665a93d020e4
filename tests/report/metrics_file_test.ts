import assert from "node:assert/strict";
import { readMetrics } from "../../src/report/metrics_file.ts";

function lines(...rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

function train(iteration: number, mark = 0) {
  return { kind: "train", iteration, weight: mark } as const;
}

Deno.test("readMetrics() gives the rows in order and skips empty lines and unknown kinds", () => {
  const rows = [train(1), { kind: "eval", iteration: 1, miou: 0.5 }, train(2)];
  assert.deepEqual(readMetrics(`${lines(...rows)}\n${lines({ kind: "other", iteration: 3 })}`), rows);
  assert.deepEqual(readMetrics(""), []);
});

Deno.test("readMetrics() leaves out a torn last line wherever it is cut", () => {
  const whole = lines(train(1), train(2));
  const firstLength = lines(train(1)).length;
  for (let length = firstLength; length < whole.length - 1; length++) {
    assert.deepEqual(readMetrics(whole.slice(0, length)), [train(1)], `cut at ${length}`);
  }
});

Deno.test("readMetrics() takes the later rows where a resumed run wrote iterations again", () => {
  const text = lines(
    train(10),
    train(20),
    { kind: "eval", iteration: 20, miou: 0.1 },
    train(30),
    train(20, 1),
    { kind: "eval", iteration: 20, miou: 0.2 },
    train(30, 1),
  );
  assert.deepEqual(readMetrics(text), [
    train(10),
    train(20, 1),
    { kind: "eval", iteration: 20, miou: 0.2 },
    train(30, 1),
  ]);
});

Deno.test("readMetrics() throws a FormatError with the line when one before the last is damaged", () => {
  for (const bad of ["{", "3", "{}", "null"]) {
    assert.throws(() => readMetrics(`${lines(train(1))}${bad}\n${lines(train(2))}`), {
      name: "FormatError",
      message: `Cannot read metrics: line 2 is "${bad}", expected a JSON object with an iteration`,
    });
  }
});

Deno.test("readMetrics() keeps the diagnosis beside the evaluation of its iteration, and the later of two", () => {
  const diagnosis = (iteration: number, miou: number) => ({
    kind: "diagnosis" as const,
    iteration,
    images: 2,
    miou,
    accuracy: 0.5,
    sure: [{ above: 0.5, share: 0, miou: null, accuracy: null }],
  });
  const evaluation = { kind: "eval" as const, iteration: 5, miou: 0.25 };
  const text = lines(train(5), evaluation, diagnosis(5, 0.1), train(5, 1), evaluation, diagnosis(5, 0.2));
  assert.deepEqual(readMetrics(text), [train(5, 1), evaluation, diagnosis(5, 0.2)]);
});

Deno.test("readMetrics() refuses rows that go back in time without end, at once", () => {
  const evaluations = Array.from({ length: 50_000 }, () => ({ kind: "eval", iteration: 1e9, miou: 0.5 }));
  const text = lines(...Array.from({ length: 50_000 }, (_, i) => train(i)), ...evaluations);
  const started = performance.now();
  assert.throws(() => readMetrics(text), {
    name: "FormatError",
    message:
      "Cannot read metrics: iterations go back more than 1000 times, expected a run resumed less often",
  });
  assert.ok(performance.now() - started < 10_000);
});
