/** The pictures of a prediction as PNG files; large ones are painted by several threads. */
import { workerUrl } from "../core/worker_url.ts";
import { mapLimited } from "../data/map_limited.ts";
import { checkIndices, joinPng } from "../formats/encode_png.ts";
import type { RgbImage } from "../formats/rgb_image.ts";
import type { RgbColor } from "../report/palette.ts";
import { type PaintedStrip, paintStrip, type StripTask } from "./picture_strip.ts";
import type { PaintAnswer } from "./picture_worker.ts";

/** PNG files of one photo. */
export interface PhotoPictures {
  /** Classes as indices of a palette. */
  readonly index: Uint8Array;
  /** Classes in their colours, RGB. */
  readonly color: Uint8Array;
  /** Colours over the photo. */
  readonly overlay: Uint8Array;
}

/** Paints photos. */
export interface PhotoPainter {
  /**
   * @param labels `[height, width]`, the class of each pixel
   * @throws {RangeError} If a class has no colour
   */
  paint(photo: RgbImage, labels: Uint8Array): Promise<PhotoPictures>;
  /** Ends the threads. */
  close(): void;
}

/** A strip is painted in about half a second; a photo of fewer pixels in the calling thread. */
const STRIP_PIXELS = 2 ** 22;

/** More would wait for the disk. */
const MOST_THREADS = 4;

/** The rows of each strip. */
function stripTasks(photo: RgbImage, labels: Uint8Array, colors: readonly RgbColor[]): StripTask[] {
  const { width, height, data } = photo;
  const rowsOfStrip = Math.max(1, Math.floor(STRIP_PIXELS / width));
  return Array.from({ length: Math.ceil(height / rowsOfStrip) }, (_, i) => {
    const top = i * rowsOfStrip;
    const rows = Math.min(rowsOfStrip, height - top);
    const end = Math.min(height, top + rows + 1) * width;
    return {
      width,
      rows,
      colors,
      photo: data.subarray(top * width * 3, end * 3),
      labels: labels.subarray(top * width, end),
    };
  });
}

/** Has one strip painted by a Worker that is idle. */
function paintBy(worker: Worker, task: StripTask): Promise<PaintedStrip> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: answer }: MessageEvent<PaintAnswer>) => {
      if ("painted" in answer) resolve(answer.painted);
      else reject(new Error(answer.failed));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`Cannot paint in a Worker: ${event.message}, expected it to run`));
    };
    // copies of these rows alone: a view would take the whole photo along
    const [photo, labels] = [task.photo.slice(), task.labels.slice()];
    worker.postMessage({ ...task, photo, labels }, [photo.buffer, labels.buffer]);
  });
}

/** Workers are started when the first large photo comes. */
class WorkerPainter implements PhotoPainter {
  readonly #colors: readonly RgbColor[];
  readonly #idle: Worker[] = [];
  readonly #all: Worker[] = [];

  constructor(colors: readonly RgbColor[]) {
    this.#colors = colors;
  }

  async paint(photo: RgbImage, labels: Uint8Array): Promise<PhotoPictures> {
    checkIndices(labels, this.#colors);
    const tasks = stripTasks(photo, labels, this.#colors);
    const strips = tasks.length === 1 ? tasks.map(paintStrip) : await this.#paintTogether(tasks);
    const { width, height } = photo;
    return {
      index: joinPng({ width, height, palette: this.#colors }, strips.map(({ index }) => index)),
      color: joinPng({ width, height }, strips.map(({ color }) => color)),
      overlay: joinPng({ width, height }, strips.map(({ overlay }) => overlay)),
    };
  }

  close(): void {
    for (const worker of this.#all) worker.terminate();
  }

  async #paintTogether(tasks: readonly StripTask[]): Promise<PaintedStrip[]> {
    const threads = Math.min(MOST_THREADS, navigator.hardwareConcurrency);
    return await mapLimited(tasks, threads, async (task) => {
      const worker = this.#idle.pop() ?? this.#start();
      const painted = await paintBy(worker, task);
      this.#idle.push(worker);
      return painted;
    });
  }

  #start(): Worker {
    const worker = new Worker(workerUrl(import.meta.url, "picture_worker"), {
      type: "module",
      name: "guidedmix painter",
    });
    this.#all.push(worker);
    return worker;
  }
}

/**
 * A painter for the classes of a model; the caller closes it.
 * @param colors Of each class
 */
export function photoPainter(colors: readonly RgbColor[]): PhotoPainter {
  return new WorkerPainter(colors);
}
