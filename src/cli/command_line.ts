/** Arguments of the commands: commander, with the project's error texts. */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { ConfigError } from "../core/errors.ts";

/** Options that every command has. */
export interface CommonOptions {
  /** Prints one JSON object as the last line. */
  readonly json?: boolean;
  /** Prints the stack of an error. */
  readonly debug?: boolean;
}

/** A command whose options come in groups; `addCommonOptions` goes last. */
export function newCommand(name: string, description: string): Command {
  return new Command(`deno task ${name}`)
    .description(description)
    .allowExcessArguments(false)
    .helpOption(false)
    .configureOutput({ writeErr: () => {} })
    .exitOverride();
}

/** Adds `--json`, `--debug` and `--help`. */
export function addCommonOptions(command: Command): Command {
  return command
    .optionsGroup("Output:")
    .option("--json", "print one JSON object as the last line")
    .option("--debug", "print the stack of an error")
    .helpOption("-h, --help", "show this text");
}

/**
 * Reads arguments.
 * @returns False when only the help was asked for, and printed
 * @throws {ConfigError} For unknown options (the nearest is named), missing values, superfluous arguments
 */
export function parseArguments(command: Command, args: readonly string[]): boolean {
  try {
    command.parse([...args], { from: "user" });
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return false;
    const words = error.message.replace(/^error: /, "").replace(/\s*\n\s*\(Did(.*)\)/, "; did$1")
      .replace(/\. (\w)/, (_, letter: string) => `, ${letter.toLowerCase()}`).replace(/\.$/, "");
    const joint = words.endsWith("?") ? " " : "; ";
    throw new ConfigError(`Cannot run "${command.name()}": ${words}${joint}--help shows what there is`, {
      cause: error,
    });
  }
}

/** Reads a whole number from `least`, for commander. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least}`);
  };
}

/** Reads numbers above 0 with commas between, for commander. */
export function positiveNumbers(text: string): number[] {
  const values = text.split(",").map((part) => part.trim() === "" ? NaN : Number(part));
  if (values.every((value) => value > 0 && Number.isFinite(value))) return values;
  throw new InvalidArgumentError("expected numbers above 0 with commas between");
}

/** Reads `height x width`, for commander. */
export function sidesText(text: string): [number, number] {
  const [height, width, ...more] = text.split(/[x×,]/).map(Number);
  const isSide = (value: number | undefined): value is number => Number.isInteger(value) && value! > 0;
  if (isSide(height) && isSide(width) && more.length === 0) return [height, width];
  throw new InvalidArgumentError("expected height x width, such as 225x225");
}

/** Reads a path, for commander: that of a variable that is not set would be the current folder. */
export function pathText(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("expected a path, it is empty");
}

/** A command as a shell reads it: arguments with special characters in single quotes. */
export function commandText(command: string, ...args: readonly string[]): string {
  const quoted = args.map((arg) => /^[\w@%+=:,.\/-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`);
  return [command, ...quoted].join(" ");
}

/** Gathers a repeated option, for commander. */
export function gather(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text];
}
