/**
 * The errors a caller may want to catch. Everything else is a built-in class (TypeError, RangeError, SyntaxError).
 *
 * Texts have one form: `Cannot <action> <what>: <present state>, expected <rule>`, with a hint after a semicolon
 * where one helps. Texts of files may stand in them, so messages are cut after 4000 letters and what would act on a
 * terminal is written as its number.
 */
import { cleanMessage } from "./shown_text.ts";

/** A numeric backend cannot be used on this machine; `message` says why. */
export class BackendUnavailable extends Error {
  /** The class's name, for logs. */
  override readonly name = "BackendUnavailable";

  /** An error with a message that is safe to print. */
  constructor(message: string, options?: ErrorOptions) {
    super(cleanMessage(message), options);
  }
}

/** A tensor operation was refused: wrong shape, dtype or a disposed tensor. Names the op and its inputs. */
export class KernelError extends Error {
  /** The class's name, for logs. */
  override readonly name = "KernelError";

  /** An error with a message that is safe to print. */
  constructor(message: string, options?: ErrorOptions) {
    super(cleanMessage(message), options);
  }
}

/** A checkpoint or weight file does not fit the model, or is damaged. */
export class CheckpointMismatch extends Error {
  /** The class's name, for logs. */
  override readonly name = "CheckpointMismatch";

  /** An error with a message that is safe to print. */
  constructor(message: string, options?: ErrorOptions) {
    super(cleanMessage(message), options);
  }
}

/** Published weights can neither be found nor downloaded; `message` says why. */
export class WeightsUnavailable extends Error {
  /** The class's name, for logs. */
  override readonly name = "WeightsUnavailable";

  /** An error with a message that is safe to print. */
  constructor(message: string, options?: ErrorOptions) {
    super(cleanMessage(message), options);
  }
}

/** An option, preset or configuration file is wrong. The command line exits with 2. */
export class ConfigError extends Error {
  /** The class's name, for logs. */
  override readonly name = "ConfigError";

  /** An error with a message that is safe to print. */
  constructor(message: string, options?: ErrorOptions) {
    super(cleanMessage(message), options);
  }
}

/** An image, a mask, a list or a dataset description is wrong. The command line exits with 2. */
export class DatasetError extends Error {
  /** The class's name, for logs. */
  override readonly name = "DatasetError";

  /** An error with a message that is safe to print. */
  constructor(message: string, options?: ErrorOptions) {
    super(cleanMessage(message), options);
  }
}

/** Bytes of a file are not what its format says. The command line exits with 2. */
export class FormatError extends Error {
  /** The class's name, for logs. */
  override readonly name = "FormatError";

  /** An error with a message that is safe to print. */
  constructor(message: string, options?: ErrorOptions) {
    super(cleanMessage(message), options);
  }
}

/** Training cannot go on: a loss that is not finite, a lost worker. */
export class TrainingError extends Error {
  /** The class's name, for logs. */
  override readonly name = "TrainingError";

  /** An error with a message that is safe to print. */
  constructor(message: string, options?: ErrorOptions) {
    super(cleanMessage(message), options);
  }
}

/** Numbers of a training are not finite any more. Its sentence says which; who knows the run adds what to do. */
export class Diverged extends TrainingError {}
