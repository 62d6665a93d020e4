/** Reads `metrics.jsonl`, one JSON object a line. */
import { FormatError } from "../core/errors.ts";
import type { MetricRow } from "./run_record.ts";

/**
 * The rows of a metrics file. A last line without its end, as a killed run leaves it, is left out; rows that a resumed
 * run wrote again replace those of the run that was broken off. Rows of unknown kinds are left out.
 * @throws {FormatError} If a line before the last is no JSON object with an iteration; names the line
 */
export function readMetrics(jsonlText: string): MetricRow[] {
  const lines = jsonlText.split("\n");
  const rows: MetricRow[] = [];
  lines.forEach((line, index) => {
    if (line.trim() === "") return;
    const row = rowOf(line, index, index === lines.length - 1);
    if (row !== undefined) appendRow(rows, row);
  });
  return rows;
}

function rowOf(line: string, index: number, isLast: boolean): MetricRow | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  if (!hasIteration(value)) {
    if (isLast) return undefined;
    throw new FormatError(
      `Cannot read metrics: line ${index + 1} is "${
        line.slice(0, 40)
      }", expected a JSON object with an iteration`,
    );
  }
  const isKnown = value.kind === "train" || value.kind === "eval" || value.kind === "diagnosis";
  return isKnown ? value as MetricRow : undefined;
}

function hasIteration(value: unknown): value is { iteration: number; kind?: unknown } {
  return typeof value === "object" && value !== null && "iteration" in value &&
    typeof value.iteration === "number";
}

/** An evaluation follows the training row of its iteration, so only a row of the same kind shows that time went back. */
function appendRow(rows: MetricRow[], row: MetricRow): void {
  const previous = rows.findLast((earlier) => earlier.kind === row.kind);
  if (previous !== undefined && previous.iteration >= row.iteration) {
    const keep = (earlier: MetricRow) =>
      earlier.iteration < row.iteration || (earlier.iteration === row.iteration && earlier.kind !== row.kind);
    const kept = rows.filter(keep);
    rows.length = 0;
    rows.push(...kept);
  }
  rows.push(row);
}
