import { type BackendChoice, openBackend } from "../backends/open_backend.ts";
import { BACKEND_NAMES } from "../backends/opened_backend.ts";
import type { ContextOptions } from "../backends/tensorflow/context.ts";
import type { RunRecord } from "../report/run_record.ts";
import type { RunOutput } from "./run_output.ts";

/** An opened backend and what the report says of the choice. */
export interface Session {
  /** The backend. */
  readonly backend: BackendChoice["backend"];
  /** For `RunRecord.backend`. */
  readonly record: RunRecord["backend"];
}

/** How a backend is started. */
export interface SessionOptions extends ContextOptions {
  /** Downloads libtensorflow through pip where it is missing. Default true. */
  readonly download?: boolean;
}

function recordOf(name: string, { backend, refused }: BackendChoice): RunRecord["backend"] {
  const tried = new Map(refused.map((one) => [one.name, one.why]));
  const others = BACKEND_NAMES.filter((other) => other !== backend.name).map((other) => ({
    name: other,
    reason: tried.get(other) ??
      (name === "auto" ? `not tried, ${backend.name} comes first` : "not asked for"),
  }));
  const why = name === "auto" ? "the first that opens" : "asked for";
  return { name: backend.name, reason: `${why}: ${backend.device}`, others };
}

/**
 * Opens a backend and tells what was taken and why the others were not. libtensorflow is downloaded where it is
 * missing and pip is there, unless `download` is false.
 * @param options How `tensorflow` is started
 * @throws {BackendUnavailable} If none can be used
 * @throws {ConfigError} If the name is unknown
 */
export async function openSession(
  name: string,
  output: RunOutput,
  options: SessionOptions = {},
): Promise<Session> {
  const choice = await openBackend(name, { download: true, ...options, onProgress: output.onDownload });
  const record = recordOf(name, choice);
  output.note(`backend  ${record.name}, ${record.reason}`);
  for (const { name: other, reason } of record.others) output.note(`         ${other}: ${reason}`);
  if (options.threads === 1 && record.name === "tensorflow") {
    output.note("threads  one inside of an op: steps this small are slower with more");
  }
  return { backend: choice.backend, record };
}
