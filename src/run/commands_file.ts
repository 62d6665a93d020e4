/** The commands that a run, or a comparison, was begun and gone on with: `commands.txt` of its folder, one a line. */
import { join } from "node:path";
import { readText } from "./run_folder.ts";

/** The file's name. */
export const COMMANDS_NAME = "commands.txt";

/** Stands for the commands of a folder that has none, as those of earlier versions. */
const UNKNOWN = "(the command that began it was not kept)";

/**
 * All commands of a folder with this one, as lines; nothing is written. One that only repeats the last is there once.
 * @param folder Of the run or the comparison; it need not be there
 * @param goesOn Whether the folder held one before
 */
export async function allCommands(folder: string, command: string, goesOn: boolean): Promise<string> {
  if (!goesOn) return command;
  const earlier = (await readText(join(folder, COMMANDS_NAME)) ?? UNKNOWN).trimEnd().split("\n");
  return (earlier.at(-1) === command ? earlier : [...earlier, command]).join("\n");
}
