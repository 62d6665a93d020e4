/** What a run writes while it goes on: `metrics.jsonl`, TensorBoard events. */
import { Buffer } from "node:buffer";
import { existsSync } from "node:fs";
import { checkRegularFileSync } from "../core/regular_file.ts";
import { isFile } from "../data/image_files.ts";
import { eventFileName, type EventValue, EventWriter } from "../formats/events.ts";
import { readMetrics } from "../report/metrics_file.ts";
import type { MetricRow, PictureRow } from "../report/run_record.ts";
import { awaitsEvaluation, type Checkpoint } from "../train/checkpoint.ts";
import type { DiagnosisRow, EvalRow, TrainRow } from "../train/metric_rows.ts";
import { readText, type RunFolder } from "./run_folder.ts";

/** Takes a run's rows. */
export interface RunSinks {
  /** All rows so far, those of before a resume too. */
  readonly rows: readonly MetricRow[];
  /** Writes a row everywhere. */
  write(row: TrainRow | EvalRow | DiagnosisRow, classes: readonly string[]): void;
  /** Writes the report's pictures into the events. */
  writePictures(iteration: number, rows: readonly PictureRow[]): void;
  /** Closes the files. */
  close(): void;
}

function appendTo(path: string): { write(bytes: Uint8Array): void; close(): void } {
  if (existsSync(path)) checkRegularFileSync(path); // a pipe without a reader would be opened for ever
  const file = Deno.openSync(path, { append: true, create: true });
  return {
    write(bytes) {
      let written = 0;
      while (written < bytes.length) written += file.writeSync(bytes.subarray(written));
    },
    close: () => file.close(),
  };
}

async function freeEventFile(folder: RunFolder): Promise<string> {
  for (let time = Date.now();; time += 1000) {
    const path = folder.file(eventFileName(time));
    if (!await isFile(path)) return path;
  }
}

type Scalars = Record<string, number | null>;

function trainScalars(row: TrainRow): Scalars {
  return {
    ...Object.fromEntries(Object.entries(row.losses).map(([name, loss]) => [`loss/${name}`, loss])),
    "schedule/learningRate": row.learningRate,
    "schedule/weight": row.weight,
    "speed/secondsPerIteration": row.secondsPerIteration,
    "speed/dataWaitShare": row.dataWaitShare,
    "speed/memoryBytes": row.memoryBytes,
  };
}

function evalScalars({ miou, accuracy, perClass }: EvalRow, classes: readonly string[]): Scalars {
  const byClass = perClass.map((iou, label) => [`iou/${classes[label]}`, iou]);
  return { "val/miou": miou, "val/accuracy": accuracy, ...Object.fromEntries(byClass) };
}

function diagnosisScalars({ miou, accuracy, sure, step }: DiagnosisRow): Scalars {
  const values: Scalars = { "pseudoMasks/miou": miou, "pseudoMasks/accuracy": accuracy };
  for (const { above, ...measures } of sure) {
    for (const [name, value] of Object.entries(measures)) values[`pseudoMasks/above${above}/${name}`] = value;
  }
  for (const side of ["plain", "decoupled"] as const) {
    for (const [name, value] of Object.entries(step?.[side] ?? {})) {
      values[`pseudoMasks/step/${side}/${name}`] = value;
    }
  }
  return values;
}

function scalars(row: TrainRow | EvalRow | DiagnosisRow, classes: readonly string[]): EventValue[] {
  const values = row.kind === "train"
    ? trainScalars(row)
    : row.kind === "eval"
    ? evalScalars(row, classes)
    : diagnosisScalars(row);
  return Object.entries(values).flatMap(([tag, scalar]) => scalar === null ? [] : [{ tag, scalar }]);
}

function pictureValues({ name, pictures }: PictureRow): EventValue[] {
  return pictures.map(({ kind, width, height, pngBase64 }) => ({
    tag: `${kind}/${name}`,
    image: { width, height, png: new Uint8Array(Buffer.from(pngBase64, "base64")) },
  }));
}

/** Rows of what the run goes on after; those beyond it are written again. */
async function keptRows(folder: RunFolder, resumed: Checkpoint | undefined): Promise<MetricRow[]> {
  const iteration = resumed?.iteration ?? 0;
  const isPending = resumed !== undefined && awaitsEvaluation(resumed);
  const path = folder.file("metrics.jsonl");
  const onDamaged = (text: string) =>
    folder.note(`"${path}" is damaged, ${text}: what is damaged is left out`);
  const rows = readMetrics(await readText(path) ?? "", onDamaged);
  return rows.filter((row) =>
    row.iteration < iteration || (row.iteration === iteration && (row.kind === "train" || !isPending))
  );
}

/**
 * Opens a run's files; rows after the iteration that it goes on from are removed, and TensorBoard is told.
 * @param resumed What the run goes on from; missing for a new one
 */
export async function openSinks(folder: RunFolder, resumed: Checkpoint | undefined): Promise<RunSinks> {
  const rows = await keptRows(folder, resumed);
  await folder.write("metrics.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const metrics = appendTo(folder.file("metrics.jsonl"));
  const eventFile = appendTo(await freeEventFile(folder));
  const events = new EventWriter((record) => eventFile.write(record));
  events.start(resumed?.iteration ?? 0);
  const encoder = new TextEncoder();
  return {
    rows,
    write(row, classes) {
      rows.push(row);
      metrics.write(encoder.encode(`${JSON.stringify(row)}\n`));
      events.write(row.iteration, scalars(row, classes));
    },
    writePictures(iteration, pictureRows) {
      const values = pictureRows.flatMap(pictureValues);
      if (values.length > 0) events.write(iteration, values);
    },
    close() {
      metrics.close();
      eventFile.close();
    },
  };
}
