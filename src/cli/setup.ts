/** `deno task setup`: finds libtensorflow or downloads it. */
import { Command, CommanderError, Option } from "commander";
import { type EnsuredLibrary, ensureLibrary } from "../backends/library/ensure_library.ts";
import { LIBRARY_VARIABLE, type LibraryKind, TENSORFLOW_VERSION } from "../backends/library/found_library.ts";
import {
  describeProgress,
  type LibraryProgress,
  type ProgressHandler,
} from "../backends/library/progress.ts";

const PLAIN_LINE_EVERY_MS = 10_000;

/**
 * Runs the command and prints: what was found to the standard output, progress and errors to the standard error.
 * @param args the arguments after `setup`
 * @returns the exit code: 0; 1 if no library is to be had; 2 for a wrong call
 */
export async function runSetup(args: string[]): Promise<number> {
  const command = setupCommand();
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const { cpu, cuda, json } = command.opts<{ cpu?: true; cuda?: true; json?: true }>();
  return await setUp(cuda ? "cuda" : cpu ? "cpu" : "auto", json === true);
}

/**
 * A handler that shows progress on the standard error: one line that changes on a terminal, else a plain line at each
 * new stage and every ten seconds.
 */
export function progressOnStderr(): ProgressHandler {
  const encoder = new TextEncoder();
  const terminal = Deno.stderr.isTerminal();
  let stage = "";
  let shownMs = -Infinity;
  return (progress: LibraryProgress) => {
    const nowMs = performance.now();
    const finished = progress.bytes === progress.totalBytes;
    if (!terminal && !finished && progress.stage === stage && nowMs - shownMs < PLAIN_LINE_EVERY_MS) return;
    stage = progress.stage;
    shownMs = nowMs;
    const line = describeProgress(progress);
    Deno.stderr.writeSync(encoder.encode(terminal ? `\r\x1b[K${line}${finished ? "\n" : ""}` : `${line}\n`));
  };
}

function setupCommand(): Command {
  return new Command("deno task setup")
    .description(
      `Finds libtensorflow ${TENSORFLOW_VERSION}, which the tensorflow backend runs on, or downloads it with pip.\n` +
        `Looked for at ${LIBRARY_VARIABLE}, in Python's tensorflow, in the cache; every byte of the cache is checked.`,
    )
    .optionsGroup("Build (default: CUDA where an NVIDIA device is present):")
    .addOption(new Option("--cpu", "take the build for CPUs").conflicts("cuda"))
    .addOption(new Option("--cuda", "take the build for CUDA, with the NVIDIA libraries").conflicts("cpu"))
    .optionsGroup("Output:")
    .option("--json", "print one JSON object as the last line")
    .helpOption("-h, --help", "show this text")
    .allowExcessArguments(false)
    .exitOverride();
}

async function setUp(kind: LibraryKind, json: boolean): Promise<number> {
  const startMs = performance.now();
  try {
    const library = await ensureLibrary({ kind, verify: true, onProgress: progressOnStderr() });
    const seconds = (performance.now() - startMs) / 1000;
    if (library.note !== undefined) console.error(library.note);
    console.log(
      json ? JSON.stringify({ ok: true, ...summary(library), seconds }) : describe(library, seconds),
    );
    return 0;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    console.error(Deno.stderr.isTerminal() ? `\r\x1b[K${words}` : words);
    if (json) console.log(JSON.stringify({ ok: false, error: words }));
    return 1;
  }
}

function summary(library: EnsuredLibrary): Omit<EnsuredLibrary, "found"> {
  const { found: _, ...rest } = library;
  return rest;
}

const SOURCE_WORDS = {
  environment: `named by ${LIBRARY_VARIABLE}`,
  python: "of Python's tensorflow",
  cache: "in the cache",
} as const;

function describe(library: EnsuredLibrary, seconds: number): string {
  const { version, cuda, source, downloadedBytes, tensorflowPath } = library;
  const download = downloadedBytes === 0
    ? "nothing downloaded"
    : `downloaded ${(downloadedBytes / 1e6).toFixed(1)} MB`;
  const build = cuda ? "with CUDA" : "for CPUs";
  return `libtensorflow ${version} ${build}, ${SOURCE_WORDS[source]}: ${tensorflowPath}\n` +
    `${download}, ready after ${seconds.toFixed(1)} s`;
}
