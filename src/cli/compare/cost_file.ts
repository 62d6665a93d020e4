/** `costs.json` of a comparison's folder: what `--budget` measured, so that it is not measured again. */
import { join } from "node:path";
import { z } from "zod";
import { readText } from "../../run/run_folder.ts";
import { writeFileWhole } from "../../train/write_file.ts";
import type { RunCost } from "./budget.ts";

const COSTS: z.ZodType<Record<string, RunCost>> = z.record(
  z.string(),
  z.object({ secondsPerIteration: z.number().positive(), overheadSeconds: z.number().min(0) }),
);

const NAME = "costs.json";

/** Known costs by what they depend on; none where the file is missing or damaged. */
export async function readCosts(out: string): Promise<Map<string, RunCost>> {
  try {
    return new Map(Object.entries(COSTS.parse(JSON.parse(await readText(join(out, NAME)) ?? "{}"))));
  } catch {
    return new Map();
  }
}

/** Writes the costs, whole or not at all. */
export async function writeCosts(out: string, costs: ReadonlyMap<string, RunCost>): Promise<void> {
  const text = JSON.stringify(Object.fromEntries(costs), null, 1);
  await writeFileWhole(join(out, NAME), new TextEncoder().encode(`${text}\n`));
}
