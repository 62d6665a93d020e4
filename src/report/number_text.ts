/** Numbers as people read them. */

/** Between a number and its unit: no line breaks there. */
const UNIT_SPACE = "\u00a0";
/** Before a percent sign and between groups of digits: narrow, and no line breaks there. */
const NARROW_SPACE = "\u202f";
/** Stands for a number that does not exist. */
const NOTHING = "–";

/** `0.4567` as `45.7 %`; a dash for `undefined`. */
export function percentText(share: number | undefined, digits = 1): string {
  return share === undefined || !Number.isFinite(share)
    ? NOTHING
    : `${(share * 100).toFixed(digits)}${NARROW_SPACE}%`;
}

/** `0.4567` as `45.7`, for columns whose head says %; a dash for `undefined`. */
export function pointsText(share: number | undefined, digits = 1): string {
  return share === undefined || !Number.isFinite(share) ? NOTHING : (share * 100).toFixed(digits);
}

/** A difference of two shares in points with its sign, `+1.2`, `−0.4`, `±0.0`; a dash for `undefined`. */
export function differenceText(share: number | undefined, digits = 1): string {
  if (share === undefined || !Number.isFinite(share)) return NOTHING;
  const text = Math.abs(share * 100).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return `${share > 0 ? "+" : "−"}${text}`;
}

/** Digits behind the point that tell ticks of an axis apart, in percent or points. @param step Share between two ticks */
export function tickDigits(step: number): number {
  return Math.max(0, Math.ceil(-Math.log10(Math.abs(step) * 100) - 1e-9));
}

/** A count with thin spaces between groups of three digits. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE);
}

/** A number of any size with three significant digits: `0.0123`, `4.56e-7`, `1230`. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e");
  return String(Number(value.toPrecision(size >= 100 ? Math.floor(Math.log10(size)) + 1 : 3)));
}

/** Seconds as `0.42 s`, `38 s`, `4 min 05 s`, `2 h 07 min`; a dash for a time that is not finite. */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return NOTHING;
  if (seconds < 9.995) return `${Number(seconds.toPrecision(2))}${UNIT_SPACE}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${UNIT_SPACE}s`;
  if (whole < 3600) return pairText(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(seconds / 60);
  return pairText(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

function pairText(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return `${large}${UNIT_SPACE}${largeUnit} ${String(small).padStart(2, "0")}${UNIT_SPACE}${smallUnit}`;
}

/** Bytes in binary units: `512 B`, `3.2 MiB`. */
export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)}${UNIT_SPACE}${units[unit]}`;
}

/** The middle value (mean of the two middle ones); `undefined` for none. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A text with typographic spaces as plain ones: not every terminal font has them, and nobody can search for them. */
export function terminalText(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, " ");
}
