/** The same val photos by each recipe, out of the events of their runs, which hold the pictures of the runs' reports. */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { isSystemError } from "../../core/system_error.ts";
import { FormatError } from "../../core/errors.ts";
import { readEvents } from "../../formats/event_reader.ts";
import type { EventImage } from "../../formats/events.ts";
import type { PictureKind, PictureRow, ReportPicture } from "../../report/run_record.ts";
import { shownRuns } from "../../report/comparison/shown_runs.ts";
import type { Trial } from "./trials.ts";

/** Pictures of a run by their tag, `prediction/NAME`; those of its last end. */
async function runPictures(folder: string): Promise<Map<string, EventImage>> {
  const pictures = new Map<string, EventImage>();
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
    name.startsWith("events.")
  );
  for (const name of names.sort()) {
    for (const { values } of readEvents(await Deno.readFile(join(folder, name))).events) {
      for (const value of values) if ("image" in value) pictures.set(value.tag, value.image);
    }
  }
  return pictures;
}

/** The pictures of a run; none where its events are gone or damaged: a report can do without. */
async function picturesOrNone(folder: string): Promise<Map<string, EventImage>> {
  try {
    return await runPictures(folder);
  } catch (error) {
    if (error instanceof FormatError || isSystemError(error, ["ENOENT"])) return new Map();
    throw error;
  }
}

function reportPicture(
  kind: PictureKind,
  { width, height, png }: EventImage,
  caption?: string,
): ReportPicture {
  const pngBase64 = Buffer.from(png).toString("base64");
  return { kind, width, height, pngBase64, ...(caption === undefined ? {} : { caption }) };
}

/** `supervised, 20 labels`. */
function captionOf({ variant, labels }: Trial): string {
  return `${variant.label}, ${labels.text === "all" ? `all ${labels.count}` : labels.count} labels`;
}

/**
 * Rows of photo, truth and what each of the `shownRuns` says.
 * @param finished Finished runs, in the order of the comparison
 */
export async function comparedPictures(finished: readonly Trial[]): Promise<PictureRow[]> {
  const shown = shownRuns(finished, ({ variant, labels, seed }) => ({
    variant: variant.label,
    labels: labels.count,
    seed,
  }));
  if (shown.length === 0) return [];
  const pictures = await Promise.all(shown.map(({ folder }) => picturesOrNone(folder)));
  const names = [...pictures[0]!.keys()].flatMap((tag) =>
    tag.startsWith("truth/") ? tag.slice("truth/".length) : []
  );
  return names.map((name) => {
    const common = (["input", "truth"] as const).flatMap((kind) => {
      const image = pictures[0]!.get(`${kind}/${name}`);
      return image === undefined ? [] : [reportPicture(kind, image)];
    });
    const predicted = shown.flatMap((trial, i) => {
      const image = pictures[i]!.get(`prediction/${name}`);
      return image === undefined ? [] : [reportPicture("prediction", image, captionOf(trial))];
    });
    return { name, pictures: [...common, ...predicted] };
  });
}
