import assert from "node:assert/strict";
import fc from "fast-check";
import { ProgressWriter, wantsColor } from "../../src/report/progress.ts";
import { formatProgress, plainProgress } from "../../src/report/progress_line.ts";
import type { ProgressState } from "../../src/report/progress_line.ts";

const STATE: ProgressState = {
  label: "train",
  done: 412,
  total: 1200,
  secondsPerStep: 0.62,
  losses: { total: 1.2345, ce: 0.5, usup: 0.01 },
  miou: 0.4512,
};
const COLOR_MARK = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

function progressState(): fc.Arbitrary<ProgressState> {
  return fc.integer({ min: 1, max: 90_000 }).chain((total) =>
    fc.record({
      label: fc.constantFrom("train", "evaluate", "download libtensorflow"),
      done: fc.integer({ min: 0, max: total }),
      total: fc.constant(total),
      secondsPerStep: fc.option(fc.double({ min: 0, max: 1e4, noNaN: true }), { nil: undefined }),
      losses: fc.option(fc.dictionary(fc.string({ maxLength: 6, unit: "grapheme-ascii" }), fc.double()), {
        nil: undefined,
      }),
      miou: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    })
  );
}

Deno.test("formatProgress() shows everything when the terminal is wide", () => {
  assert.equal(
    formatProgress(STATE, { columns: 130, color: false }),
    "train  ━━━━━━━━━━──────────────────   412/1200  1.61/s  8 min 09 s left  total 1.23  mIoU 45.1 %  ce 0.5  usup 0.01",
  );
});

Deno.test("formatProgress() and plainProgress() say that the time left is the least, where steps slow down", () => {
  const state = { ...STATE, slowsDown: true };
  assert.match(formatProgress(state, { columns: 130, color: false }), / {2}at least 8 min 09 s left {2}/);
  assert.match(plainProgress(state), /, at least 8 min 09 s left, /);
  assert.doesNotMatch(plainProgress({ ...state, done: 1200 }), /at least/);
});

Deno.test("formatProgress() leaves out from the end when the terminal is narrow", () => {
  assert.equal(
    formatProgress(STATE, { columns: 48, color: false }),
    "train   412/1200  1.61/s  8 min 09 s left",
  );
  assert.equal(formatProgress(STATE, { columns: 30, color: false }), "train   412/1200  1.61/s");
  assert.equal(formatProgress(STATE, { columns: 4, color: false }), "tra");
});

Deno.test("formatProgress() is always shorter than the terminal, with colours or without", () => {
  fc.assert(fc.property(progressState(), fc.integer({ min: 0, max: 200 }), (state, columns) => {
    const plain = formatProgress(state, { columns, color: false });
    const colored = formatProgress(state, { columns, color: true });
    assert.ok(plain.length <= Math.max(columns - 1, 0), `${plain.length} of ${columns}`);
    assert.equal(colored.replace(COLOR_MARK, ""), plain);
    assert.equal(COLOR_MARK.test(plain), false);
  }));
});

Deno.test("plainProgress() writes a sentence without typographic spaces", () => {
  const text = "train 412/1200 (34 %), 1.61/s, 8 min 09 s left, total 1.23, mIoU 45.1 %, ce 0.5, usup 0.01";
  assert.equal(plainProgress(STATE), text);
  assert.equal(plainProgress({ label: "evaluate", done: 0, total: 3 }), "evaluate 0/3 (0 %)");
  assert.equal(
    plainProgress({ label: "a", done: 1, total: 9, secondsPerStep: 2 }),
    "a 1/9 (11 %), 2 s each, 16 s left",
  );
});

Deno.test("wantsColor() is false off a terminal and where NO_COLOR is set", () => {
  assert.equal(wantsColor(true, undefined), true);
  assert.equal(wantsColor(true, ""), true);
  assert.equal(wantsColor(true, "1"), false);
  assert.equal(wantsColor(false, undefined), false);
});

function writerOn(isTerminal: boolean) {
  const clock = { ms: 0 };
  const texts: string[] = [];
  const sink = {
    write: (text: string) => void texts.push(text),
    isTerminal,
    columns: () => 100,
    color: false,
  };
  return { clock, texts, writer: new ProgressWriter(sink, { now: () => clock.ms, plainEverySeconds: 10 }) };
}

Deno.test("update() writes plain lines every ten seconds, at the first and last step and for a new mIoU", () => {
  const { clock, texts, writer } = writerOn(false);
  for (let done = 0; done <= 40; done++) {
    clock.ms = done * 1000;
    writer.update({ label: "train", done, total: 40, miou: done >= 25 ? 0.5 : undefined });
  }
  writer.finish();
  assert.deepEqual(texts.map((text) => text.split(" ")[1]), [
    "0/40",
    "10/40",
    "20/40",
    "25/40",
    "35/40",
    "40/40",
  ]);
  assert.equal(texts[1], "train 10/40 (25 %), 1/s, 30 s left\n");
  assert.ok(texts.every((text) => text.endsWith("\n")));
});

Deno.test("update() redraws at most ten times a second on a terminal, and note() stands above the line", () => {
  const { clock, texts, writer } = writerOn(true);
  for (let done = 0; done < 100; done++) {
    clock.ms = done * 10;
    writer.update({ label: "train", done, total: 1000 });
  }
  assert.equal(texts.length, 10);
  assert.ok(texts.every((text) => text.startsWith("\r\x1b[K") && !text.includes("\n")));
  writer.note("checkpoint written");
  assert.deepEqual(texts.slice(10, 12), ["\r\x1b[K", "checkpoint written\n"]);
  assert.match(texts[12]!, /train .* 99\/1000/);
  writer.finish();
  assert.equal(texts.at(-1), "\n");
});

Deno.test("update() measures the rate anew when other work begins", () => {
  const { clock, texts, writer } = writerOn(false);
  writer.update({ label: "train", done: 0, total: 10 });
  clock.ms = 20_000;
  writer.update({ label: "train", done: 10, total: 10 });
  writer.update({ label: "evaluate", done: 0, total: 5 });
  clock.ms = 40_000;
  writer.update({ label: "evaluate", done: 4, total: 5 });
  assert.deepEqual(texts.map((text) => text.trim()), [
    "train 0/10 (0 %)",
    "train 10/10 (100 %), 2 s each",
    "evaluate 0/5 (0 %)",
    "evaluate 4/5 (80 %), 5 s each, 5 s left",
  ]);
});

Deno.test("update() measures the rate anew when slower steps begin", () => {
  const { clock, texts, writer } = writerOn(false);
  for (
    const [done, ms, slowsDown] of [[0, 0, true], [10, 10_000, true], [11, 13_000, false], [
      15,
      25_000,
      false,
    ]] as const
  ) {
    clock.ms = ms;
    writer.update({ label: "train", done, total: 20, slowsDown });
  }
  assert.deepEqual(texts.slice(1).map((text) => text.trim()), [
    "train 10/20 (50 %), 1/s, at least 10 s left",
    "train 11/20 (55 %)",
    "train 15/20 (75 %), 3 s each, 15 s left",
  ]);
});
