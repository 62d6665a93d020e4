/** Errors as a command tells them: one sentence and an exit code. */
import { CheckpointMismatch, ConfigError, DatasetError, FormatError } from "../core/errors.ts";
import { isSystemError } from "../core/system_error.ts";
import { cleanMessage, cleanText } from "../core/shown_text.ts";

/** Exit code of work that failed. */
export const FAILED = 1;

/** Exit code of a wrong call or bad input. */
export const WRONG_INPUT = 2;

const INPUT_ERRORS = [ConfigError, DatasetError, FormatError, CheckpointMismatch];

/** 2 for a wrong call or bad input, 1 for everything else. */
export function exitCodeOf(error: unknown): number {
  return INPUT_ERRORS.some((kind) => error instanceof kind) ? WRONG_INPUT : FAILED;
}

const STATES: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the user's share of the disk is full",
  EIO: "the disk failed",
  EACCES: "access is not allowed",
  EPERM: "access is not allowed",
  EROFS: "the place is read-only",
  ENOENT: "a file or folder is missing",
};

/** The error's sentence; with `debug` its stack. Errors of the system get words in place of their codes. */
export function failureText(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return cleanMessage(String(error));
  if (debug) return cleanText(error.stack ?? error.message);
  const [, state] = error.message.startsWith("Cannot ")
    ? []
    : Object.entries(STATES).find(([name]) => isSystemError(error, [name])) ?? [];
  return cleanMessage(state === undefined ? error.message : `Cannot go on: ${state} (${error.message})`);
}
