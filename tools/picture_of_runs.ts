/**
 * Paints val photos in columns, photo, truth and a column for each run, with names and colours of the classes below:
 *
 *     deno run -A tools/picture_of_runs.ts --run runs/supervised --run runs/guidedmix --out photos.jpg 16_13_s 3_19_s
 *
 * Runs are of one dataset, which `--data` names where the first run's own lies elsewhere by now. Without names of photos it
 * takes `--count` (4) of val, evenly spread. `--width` (900) and `--quality` (78) are those of the JPEG, which Chromium draws.
 */
import { parse } from "node:path";
import { parseArgs } from "node:util";
import type { Dataset, Item } from "../src/data/dataset.ts";
import { openDataset } from "../src/data/open_dataset.ts";
import { readLabeled } from "../src/data/read_item.ts";
import { spreadItems } from "../src/data/spread_items.ts";
import type { RgbImage } from "../src/formats/rgb_image.ts";
import { type Html, html } from "../src/report/html.ts";
import { percentText } from "../src/report/number_text.ts";
import { cssColor } from "../src/report/palette.ts";
import { overlay } from "../src/report/pictures.ts";
import { reportPicture } from "../src/report/report_picture.ts";
import type { Model } from "../src/run/model.ts";
import { openModel } from "../src/run/open_model.ts";
import { RunFolder } from "../src/run/run_folder.ts";
import { storedEvaluation } from "../src/run/stored_evaluation.ts";
import { withBrowser } from "../tests/export/browser.ts";

/** Classes that cover less of all masks stay out of the legend. */
const LEAST_SHARE = 0.001;

const STYLE = `
body{margin:0;padding:6px;background:#fff;color:#1e2226;font:13px/1.35 system-ui,sans-serif}
.photos{display:grid;gap:4px}
.photos b{font-weight:600}.photos span{color:#5d646b}
img{display:block;width:100%}
ul{display:flex;flex-wrap:wrap;gap:3px 16px;margin:8px 0 0;padding:0;list-style:none}
i{display:inline-block;width:11px;height:11px;margin-right:6px;border-radius:2px;vertical-align:-1px}`;

/** A photo's own classes and those that each run says, all `[H, W]`. */
interface Row {
  readonly photo: RgbImage;
  readonly maps: readonly Uint8Array[];
}

/** The heading of a run's column: recipe and mIoU of the last iteration, where it was evaluated. */
async function heading(run: string): Promise<Html> {
  const folder = new RunFolder(run);
  const { recipe } = await folder.readConfig();
  const evaluation = await storedEvaluation(folder);
  const miou = evaluation === undefined ? "" : `mIoU ${percentText(evaluation.summary.miou)}`;
  return html`<div><b>${recipe.name}</b> <span>${miou}</span></div>`;
}

function chosen(dataset: Dataset, names: readonly string[], count: number): readonly Item[] {
  if (names.length === 0) return spreadItems(dataset.val, count);
  return names.map((name) => {
    const found = dataset.val.find(({ id }) => id === name || parse(id).name === name);
    if (found !== undefined) return found;
    const some = dataset.val.slice(0, 5).map(({ id }) => id).join(", ");
    throw new RangeError(`Cannot paint "${name}": val has no photo of that name, expected one of ${some} …`);
  });
}

function checkClasses(model: Model, run: string, dataset: Dataset): void {
  if (model.classes.join() === dataset.classes.join()) return;
  throw new RangeError(
    `Cannot paint "${run}": its classes are ${model.classes.join(", ")}, expected those of the dataset, ` +
      dataset.classes.join(", "),
  );
}

/** Reads each photo and asks each run for its classes, one run in memory at a time. */
async function paintedRows(
  dataset: Dataset,
  items: readonly Item[],
  runs: readonly string[],
): Promise<Row[]> {
  const read = await Promise.all(items.map((item) => readLabeled(dataset, item)));
  const maps = read.map(({ labels }) => [labels.data]);
  for (const run of runs) {
    using model = await openModel(run);
    checkClasses(model, run, dataset);
    for (const [i, { image }] of read.entries()) {
      maps[i]!.push((await model.predict(image, { probabilities: false })).labels);
    }
  }
  return read.map(({ image: photo }, i) => ({ photo, maps: maps[i]! }));
}

function picture(image: RgbImage): Html {
  return html`<img alt="" src="data:image/png;base64,${
    reportPicture("overlay", image, { maxWidth: 640 }).pngBase64
  }">`;
}

function legend({ classes, colors }: Dataset, rows: readonly Row[]): Html {
  const counts = new Float64Array(256);
  const maps = rows.flatMap((row) => row.maps);
  for (const map of maps) for (const label of map) counts[label]!++;
  const pixels = maps.reduce((sum, map) => sum + map.length, 0);
  const shown = classes.flatMap((name, k) =>
    counts[k]! < LEAST_SHARE * pixels
      ? []
      : [html`<li><i style="background:${cssColor(colors[k]!)}"></i>${name}</li>`]
  );
  return html`<ul>${shown}</ul>`;
}

function page(dataset: Dataset, rows: readonly Row[], headings: readonly Html[]): Html {
  const columns = `grid-template-columns:repeat(${headings.length + 2},1fr)`;
  const cells = rows.flatMap(({ photo, maps }) =>
    [photo, ...maps.map((map) => overlay(photo, map, dataset.colors, { alpha: 0.6 }))].map(picture)
  );
  const heads = [html`<div><b>photo</b></div>`, html`<div><b>truth</b></div>`, ...headings];
  return html`<!doctype html><meta charset="utf-8"><style>${STYLE}</style>
<div class="photos" style="${columns}">${heads}${cells}</div>${legend(dataset, rows)}`;
}

const text = { type: "string" } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    run: { type: "string", multiple: true },
    data: text,
    out: text,
    count: { ...text, default: "4" },
    width: { ...text, default: "900" },
    quality: { ...text, default: "78" },
  },
});
const { run: runs = [], out } = values;
if (runs.length === 0 || out === undefined) throw new RangeError("Cannot paint: expected --run and --out");
const source = values.data ?? (await new RunFolder(runs[0]!).readConfig()).data.source;
const dataset = await openDataset(source);
const rows = await paintedRows(dataset, chosen(dataset, positionals, Number(values.count)), runs);
const markup = page(dataset, rows, await Promise.all(runs.map(heading)));
await withBrowser(async (context) => {
  const drawn = await context.newPage();
  await drawn.setViewportSize({ width: Number(values.width), height: 100 });
  await drawn.setContent(markup.text);
  await drawn.screenshot({ path: out, type: "jpeg", quality: Number(values.quality), fullPage: true });
});
