import type { ContextAddress } from "../../backends/tensorflow/open_tensorflow.ts";

/** Whom a watch asks, and how often. Plain data: it crosses to a Worker. */
export interface WatchPlan {
  /** This process's context. */
  readonly context: ContextAddress;
  /** The other processes: TensorFlow's name, and the one for people. */
  readonly peers: readonly { readonly task: string; readonly name: string }[];
  /** Between two questions. */
  readonly intervalMs: number;
  /** How long an answer may take. */
  readonly timeoutMs: number;
  /** Questions in a row without an answer after which a process counts as lost. */
  readonly patience: number;
}

/** A dead process refuses at once: found after 6 s; a frozen one or a cut line after 36 s at most. */
export const WATCH_TIMES: Pick<WatchPlan, "intervalMs" | "timeoutMs" | "patience"> = {
  intervalMs: 2_000,
  timeoutMs: 10_000,
  patience: 3,
};

/** What is set before the reason when a watch ends the collective ops. */
export const LOST = "lost ";
