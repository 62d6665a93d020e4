/** Downloads wheels through pip, whose own settings (index, proxies, certificates) apply. */
import { basename, join } from "node:path";
import { BackendUnavailable } from "../../core/errors.ts";
import { LIBRARY_VARIABLE, TENSORFLOW_VERSION } from "./found_library.ts";
import { wheelArchitecture } from "./platform.ts";
import { type ProgressHandler, ProgressMeter } from "./progress.ts";

/** What {@linkcode pipDownload} needs besides the requirements. */
export interface PipDownloadOptions {
  /** An empty folder that exists; wheels and pip's temporary files are written to it. */
  folder: string;
  /** Told how many bytes have come, a few times a second. */
  onProgress?: ProgressHandler;
  /** What is downloaded, in errors; libtensorflow where left out. */
  subject?: string;
}

/** The Python for which wheels are asked when there are none for the one that runs pip. */
const FALLBACK_PYTHON = "3.12";
const FALLBACK_GLIBC = ["2_27", "2_17", "2_12"] as const;
const LOOK_EVERY_MS = 500;
const NO_WHEEL = /No matching distribution found/;
const NO_NETWORK =
  /Retrying \(|Max retries exceeded|name resolution|Name or service not known|Network is unreachable/;

/**
 * Downloads the wheels of `requirements`, without what they depend on. Where there is none for the running Python, the
 * wheel for {@linkcode FALLBACK_PYTHON} is asked for: the library inside does not depend on it.
 * @returns the paths of the wheels
 * @throws {BackendUnavailable} If there is no `python3` or no pip, or pip fails; the text ends with pip's own words
 */
export async function pipDownload(requirements: string[], options: PipDownloadOptions): Promise<string[]> {
  const first = await runPip(requirements, [], options);
  if (first.code === 0) return await listWheels(options);
  const worthAnother = NO_WHEEL.test(first.stderr) && !NO_NETWORK.test(first.stderr);
  const last = worthAnother ? await runPip(requirements, fallbackFlags(), options) : first;
  if (last.code === 0) return await listWheels(options);
  throw pipFailure(last, options.subject);
}

const UNITS: Readonly<Record<string, number>> = { bytes: 1, kB: 1e3, MB: 1e6 };

/**
 * The bytes of a wheel that pip's output announces, to what it rounds them: `Downloading NAME.whl (252.2 MB)`.
 * @param text What pip has printed until now; metadata that it downloads alone does not count
 * @returns `undefined` where nothing is announced
 */
export function announcedBytes(text: string): number | undefined {
  const found = /(?:Downloading|Using cached) \S+\.whl \(([\d.]+) (bytes|kB|MB)\)/.exec(text);
  return found === null ? undefined : Number(found[1]) * UNITS[found[2]!]!;
}

interface PipResult {
  code: number;
  stderr: string;
}

async function runPip(
  requirements: string[],
  flags: string[],
  options: PipDownloadOptions,
): Promise<PipResult> {
  const { folder, onProgress, subject } = options;
  const fixed = [
    "-m",
    "pip",
    "download",
    "--no-deps",
    "--only-binary=:all:",
    "--progress-bar=off",
    "--no-input",
  ];
  const temporary = join(folder, "pip");
  await Deno.mkdir(temporary, { recursive: true });
  const child = startPython([...fixed, "--dest", folder, ...flags, ...requirements], temporary, subject);
  const size = new DownloadSize(folder, onProgress, requirements.length);
  const looks = setInterval(() => void size.report(), LOOK_EVERY_MS);
  try {
    const [{ code }, stderr] = await Promise.all([
      child.status,
      new Response(child.stderr).text(),
      size.listen(child.stdout),
    ]);
    clearInterval(looks);
    if (code === 0) await size.report(true);
    return { code, stderr };
  } finally {
    clearInterval(looks);
  }
}

/** Starts in a folder of its own, so that a folder `pip` where the user stands is not taken for pip. */
function startPython(args: string[], folder: string, subject?: string): Deno.ChildProcess {
  const env = { TMPDIR: folder, PIP_DISABLE_PIP_VERSION_CHECK: "1", PYTHONUNBUFFERED: "1" };
  try {
    return new Deno.Command("python3", {
      args,
      cwd: folder,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    })
      .spawn();
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    const state = missing
      ? "no python3 is on the PATH"
      : `python3 cannot be run (${(error as Error).message})`;
    throw unavailable(subject, state, INSTALL_PIP, { cause: error });
  }
}

function fallbackFlags(): string[] {
  const architecture = wheelArchitecture();
  const platforms = FALLBACK_GLIBC.map((version) => `--platform=manylinux_${version}_${architecture}`);
  const python = [`--python-version=${FALLBACK_PYTHON}`, "--implementation=cp"];
  const abis = [`--abi=cp${FALLBACK_PYTHON.replace(".", "")}`, "--abi=abi3", "--abi=none"];
  return [...python, ...abis, ...platforms, `--platform=manylinux2014_${architecture}`];
}

function pipFailure({ code, stderr }: PipResult, subject?: string): BackendUnavailable {
  if (/No module named '?pip/.test(stderr)) return unavailable(subject, "python3 is there, but has no pip");
  const lines = stderr.split(/\r?\n/).filter((line) => line.trim() !== "");
  const ofError = lines.findLast((line) => line.startsWith("ERROR:")) ?? lines.at(-1) ?? "no message";
  const words = ofError.replace(/^ERROR:\s*/, "");
  if (NO_NETWORK.test(stderr)) {
    return unavailable(
      subject,
      `pip does not reach its package index ("${words}")`,
      "network, or pip's proxy and index set",
    );
  }
  return unavailable(subject, `pip ended with exit code ${code} ("${words}")`);
}

const INSTALL_PIP = "python3 with a working pip (Debian: python3-pip)";

function unavailable(
  subject: string | undefined,
  state: string,
  expected = INSTALL_PIP,
  options?: ErrorOptions,
): BackendUnavailable {
  const otherwise = subject === undefined
    ? `; or set ${LIBRARY_VARIABLE} to the folder of a libtensorflow`
    : "";
  return new BackendUnavailable(
    `Cannot download ${
      subject ?? `libtensorflow ${TENSORFLOW_VERSION}`
    }: ${state}, expected ${expected}${otherwise}`,
    options,
  );
}

async function listWheels({ folder, subject }: PipDownloadOptions): Promise<string[]> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).filter(({ isFile, name }) =>
    isFile && name.endsWith(".whl")
  );
  if (names.length === 0) throw unavailable(subject, "pip ended well, but left no wheel");
  return names.map(({ name }) => join(folder, name)).sort();
}

/** Tells how many bytes of a download have come. */
class DownloadSize {
  readonly #folder: string;
  readonly #meter: ProgressMeter;
  readonly #wheels: number;
  #totalBytes: number | undefined;

  constructor(folder: string, onProgress: ProgressHandler | undefined, wheels: number) {
    this.#folder = folder;
    this.#meter = new ProgressMeter("download", undefined, onProgress);
    this.#wheels = wheels;
  }

  /** Reads what pip prints; of several wheels the later ones are not announced yet, so that there is no total. */
  async listen(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let text = "";
    for await (const piece of output.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (this.#wheels === 1) this.#totalBytes = announcedBytes(text);
    }
  }

  /** Tells how much is there; `whole` where that is everything. */
  async report(whole = false): Promise<void> {
    const size = await sizeIn(this.#folder);
    if (size === undefined) return;
    this.#meter.set(size.bytes, size.newest ?? "wheels", whole ? size.bytes : this.#totalBytes);
  }
}

/** Pip first writes a wheel below its temporary folder, then copies it: each name is counted once. */
async function sizeIn(folder: string): Promise<{ bytes: number; newest?: string } | undefined> {
  const sizes = new Map<string, number>();
  let newest: string | undefined;
  try {
    for await (const path of filesBelow(folder)) {
      const { size } = await Deno.stat(path);
      const name = basename(path);
      sizes.set(name, Math.max(size, sizes.get(name) ?? 0));
      if (name.endsWith(".whl")) newest = name;
    }
  } catch {
    return undefined; // pip moved or removed a file meanwhile; the next look will tell
  }
  return { bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0), newest };
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
    if (isFile) yield join(folder, name);
    if (isDirectory) yield* filesBelow(join(folder, name));
  }
}
