import { type Comparison, shareOfTolerance } from "./comparison.ts";
import type { EdgeSummary, Fate, Ledger } from "./ledger.ts";

/** A tensor that was not compared, and why. */
export interface NotCompared {
  /** Its case's name. */
  readonly case: string;
  /** Its full name. */
  readonly tensor: string;
  /** In a sentence. */
  readonly reason: string;
}

/** One case: a function with its inputs, or three training steps. */
export interface CaseReport {
  /** `train-focal-plain`, or `focal/index_ignore` for a function. */
  readonly name: string;
  /** Tensors that were held beside their reference. */
  readonly compared: number;
  /** Their elements. */
  readonly elements: number;
  /** Elements beyond their tensor's tolerance. */
  readonly beyond: number;
  /** The tensor that comes nearest to its tolerance, or is furthest beyond. */
  readonly worst?: Comparison;
  /** Tensors with elements beyond the tolerance. */
  readonly failures: readonly Comparison[];
  /** What went wrong otherwise. */
  readonly errors: readonly string[];
  /** Decisions of rectifiers and max pools at an edge; absent where the file lists none. */
  readonly edges?: EdgeSummary;
  /** Set where the case is within only with its images moved by rounding; see `FURTHER_RUNS`. */
  readonly moved?: MovedRun;
}

/** A further run of a case that was not within at first. */
export interface MovedRun {
  /** Which further run is within, from 1. */
  readonly run: number;
  /** What was out of tolerance with the images as they are. */
  readonly failures: readonly Comparison[];
}

/** Tensors of a folder by what became of them; every one is counted once. */
export interface Totals {
  /** All of them. */
  readonly tensors: number;
  /** Held beside ours. */
  readonly compared: number;
  /** Read by a case. */
  readonly inputs: number;
  /** Taken over from the reference. */
  readonly taken: number;
  /** Listed with a reason. */
  readonly leftOut: number;
  /** Elements inside compared tensors that are NaN or infinite in the reference. */
  readonly nonFiniteElements: number;
}

/** What a comparison with a reference folder found. */
export interface ParityReport {
  /** Path of the folder. */
  readonly folder: string;
  /** In the order of the files. */
  readonly cases: readonly CaseReport[];
  /** Taken over from the reference because they cannot be repeated. */
  readonly taken: readonly NotCompared[];
  /** Neither compared nor used. */
  readonly leftOut: readonly NotCompared[];
  /** Files beside the manifest's. */
  readonly unlistedFiles: readonly string[];
  /** Files that `only` did not ask for. */
  readonly skippedFiles: readonly string[];
  /** Of all files that were compared. */
  readonly totals: Totals;
  /** Whether every case is within its tolerances and ran without error. */
  readonly passed: boolean;
  /** Wall time. */
  readonly seconds: number;
}

/** Whether a case is within its tolerances and ran without error. */
export function isWithin({ beyond, errors }: CaseReport): boolean {
  return beyond === 0 && errors.length === 0;
}

/** A file after its cases ran. */
export interface FileReport {
  /** One for a training file, one a function case else. */
  readonly cases: readonly CaseReport[];
  /** Taken over from the reference. */
  readonly taken: readonly NotCompared[];
  /** Neither compared nor used. */
  readonly leftOut: readonly NotCompared[];
  /** Of this file. */
  readonly totals: Totals;
}

function caseReport(name: string, comparisons: readonly Comparison[], errors: readonly string[]): CaseReport {
  const ranked = [...comparisons].sort((a, b) => shareOfTolerance(b) - shareOfTolerance(a));
  return {
    name,
    compared: comparisons.length,
    elements: comparisons.reduce((sum, { elements }) => sum + elements, 0),
    beyond: comparisons.reduce((sum, { beyond }) => sum + beyond, 0),
    worst: ranked[0],
    failures: ranked.filter(({ beyond }) => beyond > 0),
    errors,
  };
}

function notCompared(
  name: string,
  fates: readonly (readonly [string, Fate])[],
  as: Fate["as"],
): NotCompared[] {
  return fates.flatMap(([tensor, fate]) =>
    fate.as === as && "reason" in fate ? [{ case: name, tensor, reason: fate.reason }] : []
  );
}

/** A case whose tensors begin with `prefix`, and the errors of its run. */
export interface RanCase {
  /** For the report. */
  readonly name: string;
  /** Beginning of its tensors' names. */
  readonly prefix: string;
  /** What went wrong besides differences. */
  readonly errors: readonly string[];
}

/** Gathers what became of a file's tensors, case by case. */
export function reportFile(ledger: Ledger, cases: readonly RanCase[]): FileReport {
  const all = [...ledger.fates()];
  const per = cases.map((ran) => {
    const fates = all.filter(([tensor]) => tensor.startsWith(ran.prefix));
    const comparisons = fates.flatMap(([, fate]) => (fate.as === "compared" ? [fate.comparison] : []));
    const report = caseReport(ran.name, comparisons, ran.errors);
    return { ran, fates, report: ledger.edges === undefined ? report : { ...report, edges: ledger.edges } };
  });
  const count = (as: Fate["as"]) => all.filter(([, fate]) => fate.as === as).length;
  return {
    cases: per.map(({ report }) => report),
    taken: per.flatMap(({ ran, fates }) => notCompared(ran.name, fates, "taken")),
    leftOut: per.flatMap(({ ran, fates }) => notCompared(ran.name, fates, "left out")),
    totals: {
      tensors: ledger.file.tensors.size,
      compared: count("compared"),
      inputs: count("input"),
      taken: count("taken"),
      leftOut: count("left out"),
      nonFiniteElements: all.reduce(
        (sum, [, fate]) => sum + (fate.as === "compared" ? fate.comparison.nonFinite : 0),
        0,
      ),
    },
  };
}

/** Sums of totals. */
export function addTotals(totals: readonly Totals[]): Totals {
  const sum = (name: keyof Totals) => totals.reduce((n, total) => n + total[name], 0);
  return {
    tensors: sum("tensors"),
    compared: sum("compared"),
    inputs: sum("inputs"),
    taken: sum("taken"),
    leftOut: sum("leftOut"),
    nonFiniteElements: sum("nonFiniteElements"),
  };
}
