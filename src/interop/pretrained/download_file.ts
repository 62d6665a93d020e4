import { basename } from "node:path";
import { type ProgressHandler, ProgressMeter } from "../../backends/library/progress.ts";
import { whileOpen } from "../../core/while_open.ts";

/** Time without a byte after which a server counts as silent. */
export const SILENCE_MS = 30_000;

/** What went wrong, as the middle of an error's sentence. */
export class DownloadFailure extends Error {
  /** The class's name, for logs. */
  override readonly name = "DownloadFailure";

  /**
   * A failure.
   * @param state What is so
   * @param rule What is expected
   */
  constructor(readonly state: string, readonly rule: string, options?: ErrorOptions) {
    super(`${state}, expected ${rule}`, options);
  }
}

/** Ends a request when nothing came for a while. */
class Patience {
  readonly #controller = new AbortController();
  readonly #silenceMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
    this.renew();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  renew(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), this.#silenceMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function hostOf(address: string): string {
  return new URL(address).host;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

async function store(
  response: Response,
  path: string,
  patience: Patience,
  onProgress?: ProgressHandler,
): Promise<void> {
  const length = Number(response.headers.get("content-length") ?? NaN);
  const total = Number.isFinite(length) && length > 0 ? length : undefined;
  const meter = new ProgressMeter("download", total, onProgress);
  await whileOpen(await Deno.open(path, { write: true, createNew: true }), async (file) => {
    let count = 0;
    for await (const bytes of response.body!) {
      patience.renew();
      await writeAll(file, bytes);
      count += bytes.length;
      meter.add(bytes.length, basename(path));
    }
    if (total !== undefined && count !== total && !response.headers.has("content-encoding")) {
      throw new DownloadFailure(`${count} of ${total} bytes came`, "all of them");
    }
    await file.syncData();
  });
}

/** In words, what a request failed with. */
function failureOf(error: unknown, address: string, silent: boolean, silenceMs: number): unknown {
  if (silent) {
    const seconds = silenceMs / 1000;
    return new DownloadFailure(`${hostOf(address)} sent nothing for ${seconds} s`, "an answer", {
      cause: error,
    });
  }
  if (error instanceof Deno.errors.NotCapable) {
    const rule = `permission for ${hostOf(address)}, and for where it redirects`;
    return new DownloadFailure(`Deno may not ask (${error.message})`, rule, { cause: error });
  }
  // a connection that fails or ends early is a TypeError of fetch, or an error of the stream
  const isNetwork = error instanceof TypeError || (error as Error).name === "Http" ||
    /connection|body|reset/i.test((error as Error).message);
  if (!isNetwork || error instanceof DownloadFailure) return error;
  const words = (error as Error).message.split("\n")[0];
  return new DownloadFailure(`${hostOf(address)} is not reached or broke off (${words})`, "network", {
    cause: error,
  });
}

/**
 * Fetches a file, redirects followed.
 * @param address Where it is
 * @param path Where it goes; must not exist
 * @throws {DownloadFailure} If the server is not there, silent, breaks off, or answers with an error
 */
export async function downloadFile(
  address: string,
  path: string,
  { silenceMs = SILENCE_MS, onProgress }: {
    readonly silenceMs?: number;
    readonly onProgress?: ProgressHandler;
  } = {},
): Promise<void> {
  const patience = new Patience(silenceMs);
  try {
    const response = await fetch(address, { signal: patience.signal });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new DownloadFailure(`${hostOf(address)} answers ${response.status}`, `the file at "${address}"`);
    }
    await store(response, path, patience, onProgress);
  } catch (error) {
    throw failureOf(error, address, patience.signal.aborted, silenceMs);
  } finally {
    patience.end();
  }
}
