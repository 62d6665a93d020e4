import { FormatError } from "../core/errors.ts";
import { CaseView } from "./case_view.ts";
import { listsEdges } from "./edge_lists.ts";
import { type FunctionCase, functionCases } from "./function_cases.ts";
import { Ledger } from "./ledger.ts";
import { openReferenceFolder, type ReferenceFile } from "./reference_folder.ts";
import {
  addTotals,
  type FileReport,
  isWithin,
  type ParityReport,
  type RanCase,
  reportFile,
} from "./report.ts";
import { FURTHER_RUNS, movedByRounding } from "./rounding.ts";
import { runTraining } from "./training_case.ts";

/** Options of `runParity`. */
export interface ParityOptions {
  /** Names of files to compare (`*` and `?` match); all without it. */
  readonly only?: readonly string[];
  /** Told of each file when its cases have run. */
  readonly onFile?: (name: string, report: FileReport) => void;
}

/** Whether a name matches a pattern in which `*` stands for anything and `?` for one character. */
export function matches(name: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(name);
}

const UNKNOWN = "nothing here computes a tensor of this name";

/** Runs one case; a wrong reference goes on as an error, anything else is the case's failure. */
async function attempt(
  ran: Omit<RanCase, "errors">,
  ledger: Ledger,
  run: () => void | Promise<void>,
): Promise<RanCase> {
  const errors: string[] = [];
  const before = ledger.complaints.length;
  try {
    await run();
  } catch (error) {
    if (error instanceof FormatError) throw error;
    errors.push(error instanceof Error ? error.message : String(error));
  }
  const reason = errors.length === 0 ? UNKNOWN : `the case failed: ${errors[0]}`;
  ledger.leaveOutRest(ran.prefix, reason);
  return { ...ran, errors: [...errors, ...ledger.complaints.slice(before)] };
}

async function runFunction({ prefix, run }: FunctionCase, ledger: Ledger): Promise<void> {
  if (run === undefined) return;
  const view = new CaseView(ledger, prefix);
  try {
    await run(view);
  } finally {
    ledger.settle(view.results, view.reasons);
  }
}

async function runFile(ledger: Ledger): Promise<RanCase[]> {
  const { name } = ledger.file;
  if (name.startsWith("train-")) {
    return [await attempt({ name, prefix: "" }, ledger, () => runTraining(ledger))];
  }
  const ran: RanCase[] = [];
  for (const one of functionCases(ledger.names())) {
    const named = { name: one.prefix.slice(0, -1), prefix: one.prefix };
    ran.push(await attempt(named, ledger, () => runFunction(one, ledger)));
  }
  return ran;
}

/** What became of each tensor of a file, and the report of that. */
export interface ComparedFile {
  /** Fates of the tensors. */
  readonly ledger: Ledger;
  /** Its cases. */
  readonly report: FileReport;
}

async function compareOnce(file: ReferenceFile): Promise<ComparedFile> {
  const ledger = new Ledger(file);
  const ran = await runFile(ledger);
  return { ledger, report: reportFile(ledger, ran) };
}

/**
 * Runs the cases of one file; a training case that is out of tolerance, and whose file lists no decisions at an edge,
 * again with its images moved by rounding.
 */
export async function compareFile(file: ReferenceFile): Promise<ComparedFile> {
  const first = await compareOnce(file);
  const [training] = first.report.cases;
  const out = file.name.startsWith("train-") && !listsEdges(file) && training!.beyond > 0 &&
    training!.errors.length === 0;
  for (let run = 1; out && run <= FURTHER_RUNS; run++) {
    const { ledger, report } = await compareOnce(movedByRounding(file, run));
    if (!report.cases.every(isWithin)) continue;
    const moved = { run, failures: training!.failures };
    return { ledger, report: { ...report, cases: report.cases.map((one) => ({ ...one, moved })) } };
  }
  return first;
}

/**
 * Compares with a folder of reference tensors on the current backend: every tensor is compared, an input, taken over
 * or listed as left out.
 * @param path A folder of the form that `tools/export_reference/README.md` describes
 * @throws {FormatError} If the folder, a file or a case's inputs are missing or damaged
 */
export async function runParity(path: string, options: ParityOptions = {}): Promise<ParityReport> {
  const startMs = performance.now();
  const folder = await openReferenceFolder(path);
  const wanted = (name: string) => options.only?.some((pattern) => matches(name, pattern)) ?? true;
  const names = folder.names.filter(wanted);
  if (names.length === 0) {
    throw new FormatError(
      `Cannot compare with "${path}": no file matches ${options.only}, expected one of ${
        folder.names.join(", ")
      }`,
    );
  }
  const files: FileReport[] = [];
  for (const name of names) {
    const { report } = await compareFile(await folder.read(name));
    files.push(report);
    options.onFile?.(name, report);
  }
  const cases = files.flatMap((file) => file.cases);
  return {
    folder: path,
    cases,
    taken: files.flatMap((file) => file.taken),
    leftOut: files.flatMap((file) => file.leftOut),
    unlistedFiles: folder.unlisted,
    skippedFiles: folder.names.filter((name) => !wanted(name)),
    totals: addTotals(files.map((file) => file.totals)),
    passed: cases.every(isWithin),
    seconds: (performance.now() - startMs) / 1000,
  };
}
