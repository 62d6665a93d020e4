import type { RankedPhoto } from "./photo.ts";
import type { SkippedPhoto } from "./look_at_photos.ts";

const COLUMNS = [
  "place",
  "photo",
  "uncertainty",
  "uncertainty_rank",
  "entropy",
  "margin",
  "flips",
  "distance",
  "nearest",
  "regions",
  "skipped",
] as const;

type Row = Partial<Record<typeof COLUMNS[number], string | number>>;

/** A field by RFC 4180; one that a spreadsheet would take for a formula begins with an apostrophe. */
function field(value: string | number | undefined): string {
  if (value === undefined) return "";
  const text = typeof value === "number"
    ? String(Number(value.toPrecision(6)))
    : value.replace(/^[=+\-@]/, "'$&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function rowOf({ place, name, uncertainty, uncertaintyRank, distance, nearest }: RankedPhoto): Row {
  const regions = uncertainty?.regions.map(({ left, top, width, height, uncertainty: mean }) =>
    `${left} ${top} ${width} ${height} ${mean.toFixed(3)}`
  );
  return {
    place,
    photo: name,
    uncertainty: uncertainty?.all,
    uncertainty_rank: uncertaintyRank,
    entropy: uncertainty?.entropy,
    margin: uncertainty?.margin,
    flips: uncertainty?.flips,
    distance,
    nearest,
    regions: regions?.join("; "),
  };
}

/**
 * All photos as CSV, those suggested first; regions are `left top width height uncertainty` in pixels.
 * @param skipped Photos that could not be read, which stand at the end
 */
export function suggestionCsv(photos: readonly RankedPhoto[], skipped: readonly SkippedPhoto[]): string {
  const rows: Row[] = [
    ...photos.map(rowOf),
    ...skipped.map(({ name, why }) => ({ photo: name, skipped: why })),
  ];
  const lines = [
    COLUMNS.join(","),
    ...rows.map((row) => COLUMNS.map((column) => field(row[column])).join(",")),
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}
