/** Lets a process's calls on files fail, by a library that is built here and preloaded (Linux, gcc). */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("./faulty_disk.c", import.meta.url));

/** Numbers of errors on Linux. */
export const ERRORS = { ENOSPC: 28, EIO: 5, EACCES: 13, EINVAL: 22, ENOLCK: 37, EOPNOTSUPP: 95 } as const;

/** What is to fail. */
export interface Fault {
  /** Text that a path must hold. */
  readonly under: string;
  /** Calls that count. */
  readonly calls: readonly ("rename" | "sync" | "unlink" | "write" | "lock")[];
  /** Number of the call that fails, from 1; 0 lets none fail. */
  readonly at: number;
  /** `kill` ends the process before the call, `short` writes half. */
  readonly does?: "kill" | "short" | keyof typeof ERRORS;
  /** All later calls fail too. */
  readonly ever?: boolean;
  /** File that gets a line a call: `number call path`. */
  readonly log?: string;
}

function build(path: string): string | undefined {
  if (Deno.build.os !== "linux") return "needs Linux";
  try {
    const args = ["-shared", "-fPIC", "-O1", "-o", path, SOURCE, "-ldl"];
    const { success, stderr } = new Deno.Command("gcc", { args }).outputSync();
    return success ? undefined : `gcc: ${new TextDecoder().decode(stderr).split("\n")[0]}`;
  } catch {
    return "there is no gcc";
  }
}

/** Why there can be no faulty disk here; `undefined` where there can. */
export function faultyDiskMissing(): string | undefined {
  const folder = Deno.makeTempDirSync({ prefix: "guidedmix-faults-" });
  try {
    return build(join(folder, "faulty_disk.so"));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** A disk whose faults processes see that are started with `environment`. */
export class FaultyDisk {
  readonly #library: string;

  /** Builds the library. @param folder Where it goes; must be there */
  constructor(folder: string) {
    this.#library = join(folder, "faulty_disk.so");
    const problem = build(this.#library);
    if (problem !== undefined) throw new Error(problem);
  }

  /** What a process's environment must have. */
  environment({ under, calls, at, does = "EIO", ever = false, log }: Fault): Record<string, string> {
    return {
      LD_PRELOAD: this.#library,
      FAULT_UNDER: under,
      FAULT_CALLS: calls.join(),
      FAULT_AT: `${at}`,
      FAULT_DO: does === "kill" || does === "short" ? does : `${ERRORS[does]}`,
      ...(ever ? { FAULT_EVER: "1" } : {}),
      ...(log === undefined ? {} : { FAULT_LOG: log }),
    };
  }
}

/** The lines of a log. */
export async function loggedCalls(log: string): Promise<string[]> {
  return (await Deno.readTextFile(log)).trimEnd().split("\n");
}
