/** Reads many changed files of one format and prints what became of them: `read_mutations.ts FORMAT COUNT`. */
import { CheckpointMismatch, ConfigError, DatasetError, FormatError } from "../../src/core/errors.ts";
import { mutationStream } from "./mutations.ts";
import { STRANGE_FORMATS, type StrangeFormat } from "./strange_formats.ts";

const KNOWN = [FormatError, DatasetError, ConfigError, CheckpointMismatch];

/** What became of all files. */
export interface MutationReport {
  /** Files that were read. */
  read: number;
  /** Files that were refused, by the class of the error. */
  refused: Record<string, number>;
  /** Files with another error, or a message that is no sentence; the first ten. */
  wrong: string[];
  /** The file that took longest. */
  slowest: { seed: number; ms: number };
  /** The most memory that the process had, in bytes. */
  peakBytes: number;
}

/** A sentence of this project: short, and without letters that act on a terminal. */
function isSentence(message: string): boolean {
  return /^Cannot \S/.test(message) && message.length < 5000 &&
    !/(?![\n\t])\p{Cc}|\p{Bidi_Control}/u.test(message);
}

/** The class of the error; `undefined` where the file was read. Anything that is no known error is thrown on. */
async function outcome(read: StrangeFormat["read"], bytes: Uint8Array): Promise<string | undefined> {
  try {
    await read(bytes);
    return undefined;
  } catch (error) {
    if (!KNOWN.some((kind) => error instanceof kind)) throw error;
    const { name, message } = error as Error;
    if (isSentence(message)) return name;
    throw new Error(`no sentence: ${message.slice(0, 200)}`, { cause: error });
  }
}

/** The high-water mark of the process's memory (Linux). */
export function peakMemory(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

async function readAll({ files, change, read }: StrangeFormat, count: number): Promise<MutationReport> {
  const report: MutationReport = {
    read: 0,
    refused: {},
    wrong: [],
    slowest: { seed: -1, ms: 0 },
    peakBytes: 0,
  };
  for (let seed = 0; seed < count; seed++) {
    const bytes = change[seed % change.length]!(files[seed % files.length]!, mutationStream(seed));
    const started = performance.now();
    try {
      const refused = await outcome(read, bytes);
      if (refused === undefined) report.read++;
      else report.refused[refused] = (report.refused[refused] ?? 0) + 1;
    } catch (error) {
      if (report.wrong.length < 10) {
        report.wrong.push(`seed ${seed}: ${(error as Error).stack?.slice(0, 500)}`);
      }
    }
    const ms = performance.now() - started;
    if (ms > report.slowest.ms) report.slowest = { seed, ms };
  }
  return { ...report, peakBytes: peakMemory() };
}

if (import.meta.main) {
  const [name = "", count = "0"] = Deno.args;
  console.log(JSON.stringify(await readAll(STRANGE_FORMATS[name]!, Number(count))));
}
