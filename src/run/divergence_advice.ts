/** What to do where a loss is not a finite number. */
import { basename } from "node:path";
import type { RunConfig } from "../config/run_config.ts";
import { Diverged, TrainingError } from "../core/errors.ts";
import type { RunFolder } from "./run_folder.ts";

/** A smaller rate that is worth a try: a third, with one digit. */
function smallerRate({ optimizer: { learningRate } }: RunConfig): string {
  return `--set optimizer.learningRate=${Number((learningRate / 3).toPrecision(1))}`;
}

/** Gradients are clipped at this norm where nothing clips them yet. */
const CLIP_NORM = 10;

/**
 * Adds to the error of a run whose numbers are not finite what may help, and where to try it.
 * @returns Other errors as they are
 */
export async function withAdvice(error: unknown, config: RunConfig, folder: RunFolder): Promise<unknown> {
  if (!(error instanceof Diverged)) return error;
  const clip = config.optimizer.clipNorm === 0 ? ` or --set optimizer.clipNorm=${CLIP_NORM}` : "";
  const [newest] = await folder.checkpoints.list();
  const where = newest === undefined
    ? "no checkpoint was written, the same --out begins anew without --resume"
    : `checkpoint ${basename(newest)} stays, and a new run takes another --out`;
  return new TrainingError(`${error.message}; try ${smallerRate(config)}${clip}; ${where}`, { cause: error });
}
