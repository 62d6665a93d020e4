/**
 * Runs inside of a job's own network: brings its loopback up and starts the workers there.
 *
 *     unshare -n deno run … src/cli/workers/job_network.ts COUNT ARGUMENTS…
 */
import { FAILED, failureText } from "../failure.ts";
import { raiseLoopback } from "./loopback.ts";
import { startWorkers } from "./start_workers.ts";

async function run([count, ...args]: readonly string[]): Promise<number> {
  try {
    raiseLoopback();
    return await startWorkers(args, Number(count), { network: "own", ignoresHangup: true });
  } catch (error) {
    console.error(failureText(error, args.includes("--debug")));
    return FAILED;
  }
}

if (import.meta.main) Deno.exit(await run(Deno.args));
