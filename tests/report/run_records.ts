/** Run records for tests: small, complete, with names that would break a page that does not escape. */
import { ConfusionMatrix } from "../../src/eval/confusion.ts";
import type { EvaluationSummary } from "../../src/eval/confusion.ts";
import type { DiagnosisRow, ReportPicture, RunRecord, SurePixelsRow } from "../../src/report/run_record.ts";

/** A text that ends tags and attributes, and runs a script where nothing escapes it. */
export const HOSTILE = `"><script>alert('x')</script><b a='`;

/** One PNG pixel would do: the page takes the bytes as they are. */
const PICTURE: ReportPicture = { kind: "input", width: 4, height: 2, pngBase64: "iVBORw0KGgo=" };

/** Rows of a confusion matrix of three classes; the last class occurs nowhere. */
export const CONFUSION = [[80, 20, 0], [10, 90, 0], [0, 0, 0]];

/** The measures of `CONFUSION`. */
export function summaryOf(names: readonly string[]): EvaluationSummary {
  return ConfusionMatrix.fromRows(CONFUSION).summary(names);
}

const NONE_SURE: SurePixelsRow = { above: 0.9, share: 0, miou: null, accuracy: null };

function diagnosisRow(iteration: number, sure: readonly SurePixelsRow[]): DiagnosisRow {
  const step = {
    crops: 3,
    plain: { miou: 0.5, accuracy: 0.75 },
    decoupled: { miou: 0.25, accuracy: iteration / 40 },
  };
  return { kind: "diagnosis", iteration, images: 3, miou: 0.125, accuracy: 0.25, sure, step };
}

/** A finished run of 20 iterations with all that a report can show; every name is `text`, or starts with it. */
export function fullRecord(text: string): RunRecord {
  const classes = [`${text}0`, `${text}1`, `${text}2`];
  const evaluation = {
    split: text,
    mode: text,
    iteration: 20,
    summary: summaryOf(classes),
    confusion: CONFUSION,
  };
  const picture = { ...PICTURE, caption: text };
  return {
    ...brokenRecord(text),
    finished: "2026-01-02T03:14:05.000Z",
    findings: [{ kind: "padding", text, advice: text }],
    evaluation,
    pictures: [{
      name: text,
      note: text,
      pictures: [picture, { ...PICTURE, kind: "truth" }, { ...PICTURE, kind: "prediction" }],
    }, { name: text, pictures: [PICTURE, { ...PICTURE, kind: "pseudo" }] }],
    metrics: [
      ...brokenRecord(text).metrics,
      diagnosisRow(10, [{ above: 0.5, share: 0.25, miou: 0.5, accuracy: 0.75 }, NONE_SURE]),
      diagnosisRow(20, [{ above: 0.5, share: 0.625, miou: 0.375, accuracy: 0.875 }, NONE_SURE]),
    ],
    diagnosisPictures: [{
      name: text,
      pictures: [PICTURE, { ...PICTURE, kind: "truth" }, { ...PICTURE, kind: "pseudo" }, {
        ...PICTURE,
        kind: "sure",
      }],
    }],
    pairs: [{ unlabeled: PICTURE, labeled: PICTURE, unlabeledName: text, labeledName: text, distance: 1.5 }],
    comparison: [{
      name: text,
      group: `${text}supervised`,
      metrics: [{ kind: "eval", iteration: 10, miou: 0.3 }],
      summary: evaluation.summary,
    }],
  };
}

/** A run that was broken off before its first evaluation. */
export function brokenRecord(text: string): RunRecord {
  return {
    name: text,
    title: text,
    recipe: text,
    seed: 7,
    command: `deno task train ${text}`,
    started: "2026-01-02T03:04:05.000Z",
    iterations: 20,
    backend: { name: text, reason: text, others: [{ name: text, reason: text }] },
    versions: { guidedmix: text, [text]: text },
    options: { [text]: text, mix: { at: text, limit: 0.5 }, list: [1, 2], none: null },
    dataset: {
      name: text,
      classes: ["a", "b", "c"],
      colors: [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
      counts: { labeled: 4 },
    },
    metrics: [
      { kind: "train", iteration: 10, losses: { [text]: 1.5, ce: 2, broken: null }, learningRate: 0.1 },
      {
        kind: "train",
        iteration: 20,
        losses: { [text]: 0.5, ce: 1 },
        secondsPerIteration: 0.25,
        dataWaitShare: 0.02,
      },
    ],
    pictures: [],
    pairs: [],
  };
}
