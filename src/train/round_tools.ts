/** What a round of a run has of its own: batches, and steps by the recipe of the round. */
import { hasTeacher } from "../config/recipe.ts";
import type { Loader } from "../data/loader/loader.ts";
import { datasetOfRound, withMeasuredThreshold } from "./held_out_threshold.ts";
import { labelPhotos, labelsPhotos } from "./label_photos.ts";
import { configOfRound, type Round } from "./rounds.ts";
import { StepEngine } from "./step_engine.ts";
import type { Teacher } from "./teacher.ts";
import type { TrainOptions } from "./train_options.ts";
import { loaderOf } from "./update.ts";

/** What a round has; whoever holds it closes the loader and disposes the engine. */
export interface RoundTools {
  readonly round: Round;
  /** With the configuration of the round. */
  readonly options: TrainOptions;
  readonly loader: Loader;
  readonly engine: StepEngine;
  /** Where the round asks one. */
  readonly teacher?: Teacher;
}

/** What all rounds share. */
export interface SharedTools {
  readonly teacher?: Teacher;
  readonly classWeights?: readonly number[];
}

/**
 * Opens a round; where its recipe says so, its threshold is measured and its photos are labeled first.
 * @param start The iteration that it begins or goes on with
 * @throws As `labelPhotos`, and {DatasetError} if photos are to be held out and there is but one
 */
export async function openRound(
  run: TrainOptions,
  round: Round,
  start: number,
  { teacher, classWeights }: SharedTools,
): Promise<RoundTools> {
  const own = configOfRound(run.config, round);
  const asked = hasTeacher(own.recipe) ? teacher : undefined;
  const learned = datasetOfRound(run, round);
  const config = await withMeasuredThreshold(run, own, asked?.network);
  const dataset = asked !== undefined && labelsPhotos(config, round)
    ? await labelPhotos({ ...run, config }, asked.network, round)
    : learned;
  const options = { ...run, config, dataset };
  const { network, workers, onFallback } = run;
  const engine = new StepEngine({
    network,
    config,
    workers: workers?.count ?? 1,
    classWeights,
    teacher: asked,
    onFallback,
  });
  return { round, options, teacher: asked, engine, loader: loaderOf(options, start) };
}
