/** `deno task setup`: finds libtensorflow or downloads it. */
import { Command, CommanderError, Option } from "commander";
import { type EnsuredLibrary, ensureLibrary } from "../backends/library/ensure_library.ts";
import { LIBRARY_VARIABLE, type LibraryKind, TENSORFLOW_VERSION } from "../backends/library/found_library.ts";
import { progressOnStderr } from "./progress_on_stderr.ts";
import { ensureWeights } from "../interop/pretrained/ensure_weights.ts";
import {
  IMAGENET,
  sourceNames,
  WEIGHT_SOURCES,
  type WeightSource,
} from "../interop/pretrained/weight_sources.ts";
import { expectedNames } from "../core/names.ts";

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
  const { cpu, cuda, json, weights } = command.opts<
    { cpu?: true; cuda?: true; json?: true; weights?: string }
  >();
  if (weights !== undefined) return await setUpWeights(weights, json === true);
  return await setUp(cuda ? "cuda" : cpu ? "cpu" : "auto", json === true);
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
    .optionsGroup("Weights, in place of the library:")
    .option(
      "--weights <name>",
      `bring ImageNet weights into the cache: ${IMAGENET} (those of preset own), or ${
        sourceNames().join(", ")
      }`,
    )
    .optionsGroup("Output:")
    .option("--json", "print one JSON object as the last line")
    .helpOption("-h, --help", "show this text")
    .allowExcessArguments(false)
    .exitOverride();
}

/** The files that a name stands for; none where it is unknown. */
function sourceNamed(name: string): WeightSource | undefined {
  return name === IMAGENET ? WEIGHT_SOURCES[0] : WEIGHT_SOURCES.find((one) => one.name === name);
}

async function setUpWeights(name: string, json: boolean): Promise<number> {
  const source = sourceNamed(name);
  if (source === undefined) {
    const known = [IMAGENET, ...sourceNames()];
    console.error(`Cannot set up weights "${name}": they are unknown, ${expectedNames(name, known)}`);
    return 2;
  }
  try {
    const { path, from } = await ensureWeights(source, { onProgress: progressOnStderr() });
    const { licence, origin } = source;
    const facts = { name: source.name, path, from, licence, origin };
    const text = `weights ${source.name} (${licence}; ${origin}), ${FROM_WORDS[from]}: ${path}`;
    console.log(json ? JSON.stringify({ ok: true, ...facts }) : text);
    return 0;
  } catch (error) {
    return tell(error, json);
  }
}

const FROM_WORDS = { "own folder": "in your folder", cache: "in the cache", download: "downloaded" } as const;

function tell(error: unknown, json: boolean): number {
  const words = error instanceof Error ? error.message : String(error);
  console.error(Deno.stderr.isTerminal() ? `\r\x1b[K${words}` : words);
  if (json) console.log(JSON.stringify({ ok: false, error: words }));
  return 1;
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
    return tell(error, json);
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
