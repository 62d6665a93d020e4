/** Reads `metrics.jsonl`, one JSON object a line. */
import { FormatError } from "../core/errors.ts";
import type { MetricRow } from "./run_record.ts";

/**
 * The rows of a metrics file. A last line without its end, as a killed run leaves it, is left out; rows that a resumed
 * run wrote again replace those of the run that was broken off. Rows of unknown kinds are left out.
 * @param onDamaged Told, in one text, of lines that are left out because they are damaged
 * @throws {FormatError} If iterations go back more than 1000 times, and without `onDamaged`, if a line before the last is no whole row; names the first and counts them
 */
export function readMetrics(jsonlText: string, onDamaged?: (text: string) => void): MetricRow[] {
  const lines = jsonlText.split("\n");
  const list = new RowList();
  const damaged: number[] = [];
  lines.forEach((line, index) => {
    if (line.trim() === "") return;
    const row = rowOf(line);
    if (typeof row === "object") list.append(row);
    else if (row === "damaged" && index < lines.length - 1) damaged.push(index);
  });
  if (damaged.length > 0) tell(lines, damaged, onDamaged);
  return list.rows;
}

function tell(
  lines: readonly string[],
  damaged: readonly number[],
  onDamaged?: (text: string) => void,
): void {
  const [first] = damaged;
  const more = damaged.length > 1 ? ` (${damaged.length} lines are damaged)` : "";
  const text = `line ${first! + 1} is "${lines[first!]!.slice(0, 40)}"${more}`;
  if (onDamaged !== undefined) return onDamaged(text);
  throw new FormatError(`Cannot read metrics: ${text}, expected a JSON object with an iteration`);
}

function rowOf(line: string): MetricRow | "damaged" | "unknown" {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  if (!hasIteration(value)) return "damaged";
  const fields = FIELDS[value.kind as MetricRow["kind"]];
  if (fields === undefined) return "unknown";
  const row = value as unknown as Readonly<Record<string, unknown>>;
  return Object.entries(fields).every(([name, type]) => isOf(type, row[name]))
    ? value as unknown as MetricRow
    : "damaged";
}

/** What reports read of a row, by its kind. */
const FIELDS: Readonly<Record<MetricRow["kind"], Readonly<Record<string, "number" | "object" | "list">>>> = {
  train: { losses: "object" },
  eval: { miou: "number", perClass: "list" },
  diagnosis: { miou: "number", sure: "list" },
};

function isOf(type: "number" | "object" | "list", value: unknown): boolean {
  if (value === undefined) return true; // a row of an earlier version
  if (type === "list") return Array.isArray(value);
  return typeof value === type && value !== null;
}

function hasIteration(value: unknown): value is { iteration: number; kind?: unknown } {
  return typeof value === "object" && value !== null && "iteration" in value &&
    typeof value.iteration === "number";
}

/** A run is seldom resumed ten times; each time all rows are gone through. */
const MOST_RESUMES = 1000;

/** Rows in order, as they come. */
class RowList {
  readonly rows: MetricRow[] = [];
  readonly #last = new Map<string, number>();
  #resumes = 0;

  /** An evaluation follows the training row of its iteration, so only a row of the same kind shows that time went back. */
  append(row: MetricRow): void {
    if ((this.#last.get(row.kind) ?? -Infinity) >= row.iteration) this.#goBackTo(row);
    this.#last.set(row.kind, row.iteration);
    this.rows.push(row);
  }

  #goBackTo(row: MetricRow): void {
    if (++this.#resumes > MOST_RESUMES) {
      throw new FormatError(
        `Cannot read metrics: iterations go back more than ${MOST_RESUMES} times, expected a run resumed less often`,
      );
    }
    const kept = this.rows.filter((earlier) =>
      earlier.iteration < row.iteration || (earlier.iteration === row.iteration && earlier.kind !== row.kind)
    );
    this.rows.length = 0;
    this.#last.clear();
    for (const earlier of kept) {
      this.rows.push(earlier);
      this.#last.set(earlier.kind, earlier.iteration);
    }
  }
}
