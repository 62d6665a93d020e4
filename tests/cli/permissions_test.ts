import assert from "node:assert/strict";
import { TASK_VARIABLES, TRAIN_PERMISSIONS } from "../../src/cli/task_variables.ts";
import { projectPath } from "../support.ts";

const SMALL = "HOME,XDG_CACHE_HOME,GUIDEDMIX_*,NO_COLOR,FORCE_COLOR,CLICOLOR_FORCE";

/** Commands of the tasks that run the command line. */
async function commands(): Promise<Map<string, string>> {
  const config = JSON.parse(await Deno.readTextFile(projectPath("deno.json"))) as {
    tasks: Record<string, { command: string }>;
  };
  return new Map(
    Object.entries(config.tasks).filter(([name]) => !name.startsWith("test"))
      .map(([name, { command }]) => [name, command]),
  );
}

/** The flags that a row of the table stands for. */
function flagsOf(cells: readonly string[]): string[] {
  const [read, write, env, ffi, run, net, sys] = cells;
  const listed = (name: string, cell: string | undefined) =>
    cell === "none"
      ? []
      : [cell === "all" ? `--allow-${name}` : `--allow-${name}=${cell!.replaceAll(" ", "")}`];
  return [
    ...listed("read", read),
    ...listed("write", write),
    `--allow-env=${env === "T" ? TASK_VARIABLES : SMALL}`,
    ...(ffi === "yes" ? ["--allow-ffi"] : []),
    ...listed("run", run),
    ...listed("net", net),
    ...listed("sys", sys),
  ];
}

Deno.test("every task asks for the permissions that src/cli/README.md gives reasons for, and no other", async () => {
  const table = await Deno.readTextFile(projectPath("src/cli/README.md"));
  const rows = [...table.matchAll(/^\| `(\w+)` +\|(.*)\|$/gm)].map(([, name, rest]) =>
    [name!, flagsOf(rest!.split("|").map((cell) => cell.trim()))] as const
  );
  const tasks = await commands();
  assert.deepEqual(rows.map(([name]) => name).sort(), [...tasks.keys()].sort());
  for (const [name, flags] of rows) {
    const words = tasks.get(name)!.split(" ").filter((word) => word.startsWith("--"));
    assert.deepEqual(words, [...flags, "--no-prompt"], name);
  }
});

Deno.test("TRAIN_PERMISSIONS, with which a comparison starts its runs, are those of task train", async () => {
  const words = (await commands()).get("train")!.split(" ").filter((word) => word.startsWith("--"));
  assert.deepEqual(words, TRAIN_PERMISSIONS);
});
