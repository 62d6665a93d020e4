/** `evaluation.json` of a run folder: the evaluation after the last iteration, for reports and comparisons. */
import { FormatError } from "../core/errors.ts";
import { ConfusionMatrix } from "../eval/confusion.ts";
import type { Evaluation } from "../eval/evaluate_dataset.ts";
import type { EvaluationRecord } from "../report/run_record.ts";
import { readText, type RunFolder } from "./run_folder.ts";

const NAME = "evaluation.json";

/** What a report and a comparison need of an evaluation. */
export function evaluationRecord(
  { summary, confusion }: Evaluation,
  split: string,
  mode: string,
  iteration: number,
): EvaluationRecord {
  return { split, mode, iteration, summary, confusion: confusion.rows() };
}

/** Writes the record into the run folder. */
export async function storeEvaluation(folder: RunFolder, record: EvaluationRecord): Promise<void> {
  await folder.write(NAME, `${JSON.stringify(record)}\n`);
}

/** The stored evaluation, of which a run that goes on can do without: a damaged one is left out, with a note. */
export async function wholeEvaluation(folder: RunFolder): Promise<EvaluationRecord | undefined> {
  try {
    return await storedEvaluation(folder);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    folder.note(`${error.message}: it is left out, and made again`);
    return undefined;
  }
}

/**
 * The stored evaluation; `undefined` where there is none. Its measures are computed from the counts.
 * @throws {FormatError} If the file is damaged
 */
export async function storedEvaluation(folder: RunFolder): Promise<EvaluationRecord | undefined> {
  const text = await readText(folder.file(NAME));
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as EvaluationRecord;
    const names = record.summary.perClass.map(({ name }) => name);
    return { ...record, summary: ConfusionMatrix.fromRows(record.confusion).summary(names) };
  } catch (cause) {
    throw new FormatError(`Cannot read "${folder.file(NAME)}": ${(cause as Error).message}`, { cause });
  }
}
