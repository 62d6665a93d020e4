/** Runs the command line as its users do: in a process of its own. */
import { projectPath } from "../support.ts";

/** What a command left. */
export interface CommandRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Words after `deno` that run a task's command with the permissions that the task gives it. */
export async function commandWords([name = "", ...rest]: readonly string[]): Promise<string[]> {
  const config = JSON.parse(await Deno.readTextFile(projectPath("deno.json"))) as {
    tasks: Record<string, { command: string }>;
  };
  const [, ...words] = config.tasks[name]!.command.replace("src/cli/main.ts", projectPath("src/cli/main.ts"))
    .split(" ");
  return [...words, ...rest];
}

/**
 * Runs `deno task`'s command with the permissions that the task gives it.
 * @param meanwhile Told of the process while it runs
 */
export async function runCommand(
  args: readonly string[],
  env: Record<string, string> = {},
  meanwhile?: (child: Deno.ChildProcess) => Promise<void>,
): Promise<CommandRun> {
  const child = new Deno.Command(Deno.execPath(), {
    args: await commandWords(args),
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [output] = await Promise.all([child.output(), meanwhile?.(child)]);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}
