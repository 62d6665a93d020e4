/** What long work on the library tells while it runs. */

/** The state of long work on the library. */
export interface LibraryProgress {
  /** `wait`: for another process; `download`: pip; `unpack`: from the wheels; `check`: reading what is there. */
  stage: "wait" | "download" | "unpack" | "check";
  /** What is worked on: a file, or the process that is waited for. */
  what: string;
  /** Bytes done in this stage. */
  bytes: number;
  /** Bytes to be done in this stage, where known. */
  totalBytes?: number;
  /** Bytes a second since the stage began. */
  bytesPerSecond: number;
}

/** Takes reports of progress; called a few times a second at most. */
export type ProgressHandler = (progress: LibraryProgress) => void;

const REPORT_EVERY_MS = 250;

/** Counts the bytes of one stage and reports them, not too often. */
export class ProgressMeter {
  readonly #stage: LibraryProgress["stage"];
  readonly #totalBytes: number | undefined;
  readonly #handler: ProgressHandler | undefined;
  readonly #startMs = performance.now();
  #reportedMs = -Infinity;
  #bytes = 0;

  /** Starts the clock of a stage of `totalBytes`, where that is known. */
  constructor(stage: LibraryProgress["stage"], totalBytes?: number, handler?: ProgressHandler) {
    this.#stage = stage;
    this.#totalBytes = totalBytes;
    this.#handler = handler;
  }

  /** Adds `bytes` done on `what`. */
  add(bytes: number, what: string): void {
    this.set(this.#bytes + bytes, what);
  }

  /** Says that `bytes` of `totalBytes` are done in all. */
  set(bytes: number, what: string, totalBytes: number | undefined = this.#totalBytes): void {
    this.#bytes = bytes;
    const nowMs = performance.now();
    if (nowMs - this.#reportedMs < REPORT_EVERY_MS && bytes !== totalBytes) return;
    this.#reportedMs = nowMs;
    const seconds = Math.max((nowMs - this.#startMs) / 1000, 1e-3);
    this.#handler?.({ stage: this.#stage, what, bytes, totalBytes, bytesPerSecond: bytes / seconds });
  }
}

const STAGE_WORDS = { wait: "waiting for", download: "downloading", unpack: "unpacking", check: "checking" };

/** One line for people, such as "unpacking libtensorflow_cc.so.2: 120.0 of 853.3 MB, 210.4 MB/s". */
export function describeProgress(progress: LibraryProgress): string {
  const start = `${STAGE_WORDS[progress.stage]} ${progress.what}`;
  if (progress.stage === "wait") return start;
  const total = progress.totalBytes === undefined ? "" : ` of ${megabytes(progress.totalBytes)}`;
  return `${start}: ${megabytes(progress.bytes)}${total} MB, ${megabytes(progress.bytesPerSecond)} MB/s`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
