/** How far long work is, as text. */
import { durationText, numberText, percentText, terminalText } from "./number_text.ts";

/** How far long work is. */
export interface ProgressState {
  /** What is being done, a word or two: `train`, `evaluate`. */
  readonly label: string;
  /** Steps done, from 0 to `total`. */
  readonly done: number;
  /** Steps in all, at least 1. */
  readonly total: number;
  /** Time of a step; missing while it is not known. */
  readonly secondsPerStep?: number;
  /** Whether later steps take longer than those so far. */
  readonly slowsDown?: boolean;
  /** Losses by name, the most important first. */
  readonly losses?: { readonly [name: string]: number };
  /** Latest mean IoU, from 0 to 1. */
  readonly miou?: number;
}

/** How a progress line may look. */
export interface ProgressLineOptions {
  /** Columns of the terminal; the line is at most one shorter, so that it never wraps. */
  readonly columns: number;
  /** Uses ANSI colours. */
  readonly color: boolean;
}

const LONGEST_BAR = 28;
const SHORTEST_BAR = 8;
/** Between two parts of the line. */
const GAP = "  ";

/**
 * The state in one line for a terminal: label, bar, count, rate, time left, losses, mIoU. What does not fit is left
 * out from the end; the bar gets the room that is left over, or goes.
 */
export function formatProgress(state: ProgressState, options: ProgressLineOptions): string {
  const room = Math.max(options.columns - 1, 0);
  const count = `${String(state.done).padStart(String(state.total).length)}/${state.total}`;
  const parts = fittingParts([state.label, count, ...detailParts(state)], room);
  const used = [...parts.join(GAP)].length;
  const barLength = Math.min(LONGEST_BAR, room - used - GAP.length);
  if (barLength >= SHORTEST_BAR && parts.length > 1) parts.splice(1, 0, bar(state, barLength, options.color));
  return parts.join(GAP);
}

/** The state as a sentence for logs: `train 412/1200 (34 %), 1.61/s, 8 min 09 s left, total 1.23, mIoU 45.1 %`. */
export function plainProgress(state: ProgressState): string {
  const share = terminalText(percentText(state.done / state.total, 0));
  return [`${state.label} ${state.done}/${state.total} (${share})`, ...detailParts(state)].join(", ");
}

function detailParts({ done, total, secondsPerStep, slowsDown, losses, miou }: ProgressState): string[] {
  const rate = secondsPerStep === undefined || !(secondsPerStep > 0) ? [] : [rateText(secondsPerStep)];
  const left = secondsPerStep === undefined || done >= total
    ? []
    : [`${slowsDown ? "at least " : ""}${durationText((total - done) * secondsPerStep)} left`];
  const score = miou === undefined ? [] : [`mIoU ${percentText(miou)}`];
  const [first, ...others] = Object.entries(losses ?? {}).map(([name, value]) =>
    `${name} ${numberText(value)}`
  );
  return [...rate, ...left, ...(first === undefined ? [] : [first]), ...score, ...others].map(terminalText);
}

/** Steps a second, or seconds a step where that is the larger number. */
function rateText(secondsPerStep: number): string {
  return secondsPerStep <= 1 ? `${numberText(1 / secondsPerStep)}/s` : `${numberText(secondsPerStep)} s each`;
}

/** Leading parts whose text fits; the first is cut where it alone is too long. */
function fittingParts(parts: readonly string[], room: number): string[] {
  const fitting: string[] = [];
  for (const part of parts) {
    if ([...fitting, part].join(GAP).length > room) break;
    fitting.push(part);
  }
  return fitting.length === 0 ? [[...parts[0]!].slice(0, room).join("")] : fitting;
}

function bar({ done, total }: ProgressState, length: number, color: boolean): string {
  const filled = Math.round(Math.min(Math.max(done / total, 0), 1) * length);
  const [full, empty] = ["━".repeat(filled), "─".repeat(length - filled)];
  return color ? `\x1b[36m${full}\x1b[0m\x1b[2m${empty}\x1b[0m` : full + empty;
}
