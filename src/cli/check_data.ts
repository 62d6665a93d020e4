/** `deno task train --data X --check`: what would be trained on, without training. */
import { join } from "node:path";
import type { RunConfig } from "../config/run_config.ts";
import { ConfigError } from "../core/errors.ts";
import { quoted } from "../core/shown_text.ts";
import { checkDataset } from "../data/check_dataset.ts";
import type { CheckReport } from "../data/check_report.ts";
import type { Dataset, Item } from "../data/dataset.ts";
import { readLabeled } from "../data/read_item.ts";
import { spreadItems } from "../data/spread_items.ts";
import { encodeRgbPng } from "../formats/encode_png.ts";
import { withLegend } from "../report/legend.ts";
import { colorize, overlay, sideBySide } from "../report/pictures.ts";
import { shrinkPicture } from "../report/report_picture.ts";
import { filesProgress, openRunData, refuseWithoutLabels } from "../run/prepare_dataset.ts";
import { writeFileWhole } from "../train/write_file.ts";
import type { Output } from "./output.ts";

/** Labeled images of which the one with most classes is shown. */
const LOOKED_AT = 12;

/** Columns of each picture at most. */
const MOST_COLUMNS = 800;

/** A line a class: number, name, colour, share of the labeled pixels. */
function classLines({ classes, colors }: Dataset, { classShares }: CheckReport): string[] {
  const width = Math.max(...classes.map((name) => name.length));
  return classes.map((name, label) => {
    const share = `${(100 * classShares[label]!).toFixed(1)} %`;
    return `class    ${String(label).padStart(3)}  ${name.padEnd(width)}  [${
      colors[label]!.join(", ")
    }]  ${share}`;
  });
}

/** How classes get names, where they have none. */
function namesLines({ unnamed, root, maskRule: { values } }: Dataset): string[] {
  if (!unnamed || root === undefined) return [];
  const isCounted = values.every((value, label) => value === label);
  const how = isCounted
    ? `write them into "${join(root, "classes.txt")}", one a line, in this order`
    : `write a "dataset.toml" with classes = [a name each], values = [${
      values.join(", ")
    }] (src/data/README.md)`;
  return [`names    nothing names the classes; ${how}`];
}

/** The labeled image, of some, that shows the most classes. */
async function tellingItem(dataset: Dataset): Promise<Item> {
  let best: { item: Item; shown: number } | undefined;
  for (const item of spreadItems([...dataset.train, ...dataset.val], LOOKED_AT)) {
    const { labels } = await readLabeled(dataset, item);
    const shown = new Set(labels.data).size;
    if (best === undefined || shown > best.shown) best = { item, shown };
  }
  if (best !== undefined) return best.item;
  throw new ConfigError(
    `Cannot show a picture of "${dataset.name}": train and val hold no mask, expected some`,
  );
}

/** Photo, mask in colours, and mask over the photo, above the colours of its classes, as a PNG. */
async function pictureOf(dataset: Dataset, item: Item): Promise<Uint8Array> {
  const { image, labels } = await readLabeled(dataset, item);
  const { width, height } = image;
  const painted = colorize(labels.data, width, height, dataset.colors);
  const pictures = [image, painted, overlay(image, labels.data, dataset.colors)];
  const strip = sideBySide(pictures.map((picture, i) => shrinkPicture(picture, MOST_COLUMNS, i !== 1)));
  const shown = [...new Set(labels.data)].filter((label) => label !== dataset.ignoreLabel).sort((a, b) =>
    a - b
  );
  return encodeRgbPng(withLegend(strip, shown, dataset.colors));
}

/** Where the picture goes: into `--out`, or beside the runs. */
function pictureFile(
  { out, runs = "runs" }: CheckCall,
  { name }: Dataset,
): { folder: string; path: string } {
  const folder = out ?? runs;
  const file = out === undefined ? `check-${name.replace(/[^\p{L}\p{N}._-]+/gu, "-")}.png` : "check.png";
  return { folder, path: join(folder, file) };
}

/** What `--check` is told. */
export interface CheckCall {
  /** Folder of the picture. */
  readonly out?: string;
  /** Folder of the runs, which the picture goes into without `out`. Default `runs`. */
  readonly runs?: string;
  /** Whether one JSON object is printed too. */
  readonly json?: boolean;
}

/**
 * Prints what was understood of a run's dataset, and writes one picture of it. Nothing is trained.
 * @throws {DatasetError} As for a run: what would be refused there is refused here
 */
export async function checkData(config: RunConfig, call: CheckCall, output: Output): Promise<void> {
  const progress = filesProgress(output);
  const { dataset } = await openRunData(config, progress);
  output.result(`layout   ${dataset.layout ?? "generated pictures"}`);
  await refuseWithoutLabels(dataset);
  const report = await checkDataset(dataset, progress);
  for (const line of classLines(dataset, report)) output.result(line);
  for (const line of namesLines(dataset)) output.result(line);
  output.result(`data     ${report.brief.replaceAll("\n", "\n         ")}`);
  const item = await tellingItem(dataset);
  const { folder, path } = pictureFile(call, dataset);
  await Deno.mkdir(folder, { recursive: true });
  await writeFileWhole(path, await pictureOf(dataset, item));
  output.result(
    `picture  ${path}: ${quoted(item.id)}, its mask, and both; below, the colours of its classes`,
  );
  if (!call.json) return;
  const { name, layout, classes, colors, train, val, test, unlabeled } = dataset;
  const counts = { train: train.length, val: val.length, test: test.length, unlabeled: unlabeled.length };
  const { classShares, warnings } = report;
  output.result(
    JSON.stringify({ ok: true, name, layout, classes, colors, counts, classShares, warnings, picture: path }),
  );
}
