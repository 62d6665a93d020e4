import { type Comparison, shareOfTolerance } from "./comparison.ts";
import type { EdgeDecision } from "./edge_findings.ts";
import type { CaseReport, NotCompared, ParityReport } from "./report.ts";

const HEADINGS = ["case", "tensors", "worst tensor", "difference", "tolerance", "share of it", "beyond"];

/** Most failures and reasons that are printed; the JSON has all. */
const MOST_LINES = 20;

function number(value: number): string {
  return value === 0 ? "0" : value === Infinity ? "not finite" : value.toExponential(1);
}

function percent(share: number): string {
  if (share === Infinity) return "∞";
  return `${(100 * share).toFixed(share >= 0.1 || share === 0 ? 0 : 1)} %`;
}

/** The part of a tensor's name that the case's own name does not say. */
function shortName(tensor: string, name: string): string {
  return tensor.startsWith(`${name}/`) ? tensor.slice(name.length + 1) : tensor;
}

function cells({ name, compared, worst, beyond, elements, errors, moved }: CaseReport): string[] {
  const within = moved === undefined ? "" : "  MOVED";
  const failed = errors.length > 0 ? "  ERROR" : beyond > 0 ? "  FAILED" : within;
  if (worst === undefined) return [name, "0", "", "", "", "", failed.trim()];
  return [
    name,
    String(compared),
    shortName(worst.tensor, name),
    number(worst.difference),
    number(worst.tolerance),
    percent(shareOfTolerance(worst)),
    `${percent(beyond / Math.max(1, elements))}${failed}`,
  ];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, i) => [1, 3, 4, 5].includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))
      .join("  ").trimEnd()
  );
}

/** A failure in one line: worst index, both values, absolute and relative error, share of elements beyond. */
export function describeFailure(failure: Comparison): string {
  const { tensor, kind, worst, difference, tolerance, maximum, beyond, elements } = failure;
  const relative = maximum > 0 ? `, ${number(difference / maximum)} of the maximum` : "";
  return `${tensor} (${kind}): at [${worst.index.join(", ")}] ours is ${worst.actual}, the reference ` +
    `${worst.reference}: ${number(difference)}${relative}, expected at most ${number(tolerance)}; ` +
    `${beyond} of ${elements} elements beyond`;
}

function failureLines(report: CaseReport): string[] {
  const lines = [...report.errors, ...report.failures.map(describeFailure)];
  return lines.map((line) => `${report.name}: ${line}`);
}

/** What was out with the images as they are, where a further run is within. */
function movedLines({ name, moved }: CaseReport): string[] {
  if (moved === undefined) return [];
  const [first, ...more] = moved.failures;
  return [
    `  ${name}, run ${moved.run}; with the images as they are ${moved.failures.length} tensors were out` +
    `${more.length > 0 ? ", the worst" : ""}: ${describeFailure(first!)}`,
  ];
}

/** What a decision that was taken hangs on, in one line. */
export function describeDecision(
  { step, module, call, index, reference, actual, largest }: EdgeDecision,
): string {
  const share = (value: number) => `${number(value)} (${number(value / largest)} of the largest)`;
  const place = `step ${step}, ${module}, call ${call}, [${index.join(", ")}]`;
  return reference === undefined
    ? `${place}: chosen there, ours is ${share(actual)} below another`
    : `${place}: ${share(reference)} there, ours is ${share(actual)}`;
}

function edgeLines(cases: readonly CaseReport[]): string[] {
  const listing = cases.flatMap(({ name, edges }) => (edges === undefined ? [] : [{ name, ...edges }]));
  if (listing.length === 0) return [];
  const listed = listing.reduce((sum, one) => sum + one.listed, 0);
  const lines = listing.flatMap(({ name, taken }) =>
    taken.map((one) => `  ${name}, ${describeDecision(one)}`)
  );
  return [
    "",
    `Rectifiers and max pools that would decide otherwise here, at ${lines.length} of the ${listed} inputs at an edge ` +
    `that the reference lists${lines.length === 0 ? "" : "; its decision was taken"}`,
    ...limited(lines),
  ];
}

function limited(lines: readonly string[]): string[] {
  const more = lines.length - MOST_LINES;
  return more > 0 ? [...lines.slice(0, MOST_LINES), `… and ${more} more (--json has all)`] : [...lines];
}

/** Reasons, with the tensors that share one counted together. */
function reasonLines(title: string, notes: readonly NotCompared[]): string[] {
  if (notes.length === 0) return [];
  const groups = new Map<string, string[]>();
  for (const note of notes) {
    groups.set(note.reason, [...(groups.get(note.reason) ?? []), `${note.case}: ${note.tensor}`]);
  }
  const lines = [...groups].map(([reason, tensors]) => {
    const [first, ...more] = tensors;
    return `  ${first}${more.length > 0 ? ` and ${more.length} more` : ""}: ${reason}`;
  });
  return ["", `${title} (${notes.length}):`, ...limited(lines)];
}

function totalsText({ totals, passed, seconds, cases }: ParityReport): string {
  const { tensors, compared, inputs, taken, leftOut, nonFiniteElements } = totals;
  const finite = nonFiniteElements === 0
    ? ""
    : `; ${nonFiniteElements} elements of compared tensors are not finite in the reference and were passed over`;
  return `${tensors} tensors: ${compared} compared, ${inputs} inputs, ${taken} taken from the reference, ` +
    `${leftOut} not compared${finite}\n` +
    `${passed ? "PASSED" : "FAILED"}: ${cases.length} cases in ${seconds.toFixed(1)} s`;
}

/** A report as a table with what failed and what was not compared. */
export function parityText(report: ParityReport): string {
  const table = aligned([HEADINGS, ...report.cases.map(cells)]);
  const failures = report.cases.flatMap(failureLines);
  const moved = report.cases.flatMap(movedLines);
  const files = (title: string, names: readonly string[]) =>
    names.length === 0 ? [] : [
      "",
      `${title}: ${names.join(", ")}`,
    ];
  return [
    report.folder,
    ...table,
    ...(failures.length > 0 ? ["", "Beyond the tolerance, or failed:", ...limited(failures)] : []),
    ...(moved.length > 0
      ? ["", "Within after the images were moved by half a unit in the last place:", ...moved]
      : []),
    ...edgeLines(report.cases),
    ...reasonLines("Taken from the reference", report.taken),
    ...reasonLines("Not compared", report.leftOut),
    ...files(`Files that the manifest does not name (${report.unlistedFiles.length})`, report.unlistedFiles),
    ...files(`Files not asked for (${report.skippedFiles.length})`, report.skippedFiles),
    "",
    totalsText(report),
  ].join("\n");
}
