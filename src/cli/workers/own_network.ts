/** A network that only the processes started in it can reach, where the system lets this user make one. */

/**
 * Words that start a command in a network of its own (util-linux, busybox), the first that works is taken: as root in root's
 * user namespace, where all files keep their owners; else in a new one, which ordinary users may make on most systems.
 */
const UNSHARE: readonly (readonly string[])[] = [
  ["unshare", "-n"],
  ["unshare", "-U", "-r", "-n"],
];

/** Why a command failed; `undefined` where it did not. */
async function problemOf([command, ...args]: readonly string[]): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command(command!, { args, stdin: "null", stdout: "null" })
      .output();
    return success ? undefined : new TextDecoder().decode(stderr).trim().split("\n")[0]!;
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? `there is no ${command}` : (error as Error).message;
  }
}

/** How a network can be had, or why not. */
export type OwnNetwork = { readonly command: readonly string[] } | { readonly problem: string };

/** Words to set before a command so that it runs in a network of its own. Whether they work is tried. */
export async function ownNetwork(): Promise<OwnNetwork> {
  if (Deno.build.os !== "linux") return { problem: `${Deno.build.os} has no network namespaces` };
  let problem: string | undefined;
  for (const command of UNSHARE) {
    problem = await problemOf([...command, "true"]);
    if (problem === undefined) return { command };
  }
  return { problem: problem! };
}
