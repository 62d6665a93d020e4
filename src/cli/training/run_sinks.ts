/** What a run writes while it goes on: `metrics.jsonl`, TensorBoard events. */
import { Buffer } from "node:buffer";
import type { MetricRow, PictureRow } from "../../report/run_record.ts";
import { readMetrics } from "../../report/metrics_file.ts";
import { eventFileName, type EventValue, EventWriter } from "../../formats/events.ts";
import { isFile } from "../../data/image_files.ts";
import type { EvalRow, TrainRow } from "../../train/metric_rows.ts";
import { readText, type RunFolder } from "./run_folder.ts";

/** Takes a run's rows. */
export interface RunSinks {
  /** All rows so far, those of before a resume too. */
  readonly rows: readonly MetricRow[];
  /** Writes a row everywhere. */
  write(row: TrainRow | EvalRow, classes: readonly string[]): void;
  /** Writes the report's pictures into the events. */
  writePictures(iteration: number, rows: readonly PictureRow[]): void;
  /** Closes the files. */
  close(): void;
}

function appendTo(path: string): { write(bytes: Uint8Array): void; close(): void } {
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

function scalars(row: TrainRow | EvalRow, classes: readonly string[]): EventValue[] {
  const values: Record<string, number> = {};
  if (row.kind === "train") {
    for (const [name, loss] of Object.entries(row.losses)) values[`loss/${name}`] = loss;
    values["schedule/learningRate"] = row.learningRate;
    values["schedule/weight"] = row.weight;
    values["speed/secondsPerIteration"] = row.secondsPerIteration;
    values["speed/dataWaitShare"] = row.dataWaitShare;
    values["speed/memoryBytes"] = row.memoryBytes;
  } else {
    values["val/miou"] = row.miou;
    values["val/accuracy"] = row.accuracy;
    row.perClass.forEach((iou, label) => {
      if (iou !== null) values[`iou/${classes[label]}`] = iou;
    });
  }
  return Object.entries(values).map(([tag, scalar]) => ({ tag, scalar }));
}

function pictureValues({ name, pictures }: PictureRow): EventValue[] {
  return pictures.map(({ kind, width, height, pngBase64 }) => ({
    tag: `${kind}/${name}`,
    image: { width, height, png: new Uint8Array(Buffer.from(pngBase64, "base64")) },
  }));
}

/** Rows of iterations that the run goes on after; those beyond it are written again. */
async function keptRows(folder: RunFolder, iteration: number): Promise<MetricRow[]> {
  const rows = readMetrics(await readText(folder.file("metrics.jsonl")) ?? "");
  return rows.filter((row) => row.iteration <= iteration);
}

/**
 * Opens a run's files; rows after the iteration that it goes on from are removed, and TensorBoard is told.
 * @param iteration Updates done before, 0 for a new run
 */
export async function openSinks(folder: RunFolder, iteration: number): Promise<RunSinks> {
  const rows = await keptRows(folder, iteration);
  await folder.write("metrics.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const metrics = appendTo(folder.file("metrics.jsonl"));
  const eventFile = appendTo(await freeEventFile(folder));
  const events = new EventWriter((record) => eventFile.write(record));
  events.start(iteration);
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
