/** Curves over iterations, made ready for a chart. */
import type { DiagnosisRow, MetricRow, TrainRow } from "./run_record.ts";

/** A point of a curve: iteration, value. */
export type CurvePoint = readonly [number, number];

/** Share of the rows that the moving average looks back over. */
const SMOOTHING_SHARE = 1 / 25;
/** Points that a curve is thinned to; about one for a pixel of a chart. */
const MAX_POINTS = 480;

/** Names of the losses in order of their first row; `total` first. */
export function lossNames(rows: readonly MetricRow[]): string[] {
  const names = new Set(rows.flatMap((row) => row.kind === "train" ? Object.keys(row.losses ?? {}) : []));
  return [...names].sort((a, b) => Number(b === "total") - Number(a === "total"));
}

/** The finite values of one loss. */
export function lossCurve(rows: readonly MetricRow[], name: string): CurvePoint[] {
  return trainCurve(rows, (row) => row.losses?.[name]);
}

/** The finite values that `pick` finds in the training rows. */
export function trainCurve(
  rows: readonly MetricRow[],
  pick: (row: TrainRow) => number | null | undefined,
): CurvePoint[] {
  return rows.flatMap((row): CurvePoint[] => {
    const value = row.kind === "train" ? pick(row) : undefined;
    return typeof value === "number" && Number.isFinite(value) ? [[row.iteration, value]] : [];
  });
}

/** Mean IoU at each evaluation. */
export function miouCurve(rows: readonly MetricRow[]): CurvePoint[] {
  return rows.flatMap((row): CurvePoint[] =>
    row.kind === "eval" && Number.isFinite(row.miou) ? [[row.iteration, row.miou]] : []
  );
}

/** The finite values that `pick` finds in the rows of a diagnosis. */
export function diagnosisCurve(
  rows: readonly MetricRow[],
  pick: (row: DiagnosisRow) => number | null | undefined,
): CurvePoint[] {
  return rows.flatMap((row): CurvePoint[] => {
    const value = row.kind === "diagnosis" ? pick(row) : undefined;
    return typeof value === "number" && Number.isFinite(value) ? [[row.iteration, value]] : [];
  });
}

/** Points that the moving average of a curve of this length spans. */
export function smoothingSpan(length: number): number {
  return Math.max(1, Math.round(length * SMOOTHING_SHARE));
}

/**
 * The exponential moving average with the centre of mass of a window of `smoothingSpan` points, started without bias
 * (the first value is the first point).
 */
export function smoothCurve(points: readonly CurvePoint[]): CurvePoint[] {
  const span = smoothingSpan(points.length);
  const decay = (span - 1) / (span + 1);
  let weighted = 0;
  let weights = 0;
  return points.map(([iteration, value]) => {
    weighted = decay * weighted + (1 - decay) * value;
    weights = decay * weights + (1 - decay);
    return [iteration, weighted / weights];
  });
}

/** The curve with at most about 480 points: of each stretch the lowest and the highest, so that peaks stay. */
export function thinCurve(points: readonly CurvePoint[]): CurvePoint[] {
  if (points.length <= MAX_POINTS) return [...points];
  const stretch = Math.ceil(points.length / (MAX_POINTS / 2));
  const thinned: CurvePoint[] = [];
  for (let start = 0; start < points.length; start += stretch) {
    const part = points.slice(start, start + stretch);
    const low = part.reduce((a, b) => b[1] < a[1] ? b : a);
    const high = part.reduce((a, b) => b[1] > a[1] ? b : a);
    if (low === high) thinned.push(low);
    else thinned.push(...(low[0] < high[0] ? [low, high] : [high, low]));
  }
  return thinned;
}

/**
 * The range to draw values in: without the outermost hundredth at each end, so that a few peaks do not flatten the rest;
 * from 0 where the values come near it.
 * @returns Two different finite numbers; [0, 1] for no values
 */
export function drawnRange(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 100);
  const low = sorted[cut]!;
  const high = sorted[sorted.length - 1 - cut]!;
  if (low === high) return low === 0 ? [0, 1] : [Math.min(0, 2 * low), Math.max(0, 2 * low)];
  return [low > 0 && low < high / 2 ? 0 : low, high];
}
