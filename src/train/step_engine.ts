import type { RunConfig } from "../config/run_config.ts";
import { nativeBackend } from "../backends/native.ts";
import { isUnrecordable } from "../backends/tensorflow/function/unrecordable.ts";
import { ConfigError } from "../core/errors.ts";
import { guidedMixStep, type StepContext, type StepResult } from "../method/guided_mix_step.ts";
import type { StepBatch } from "../method/step_batch.ts";
import type { Network } from "../model/network.ts";
import type { Teacher } from "./teacher.ts";
import { RecordedSteps, type StepUpdate } from "./recorded_steps.ts";

/** How a run's steps are run: op by op, or as TensorFlow functions. */
export interface EngineChoice {
  /** `function`: each step is one call of a function that was recorded before. */
  readonly name: "function" | "eager";
  /** Why. */
  readonly why: string;
}

/** What decides it. */
export type EngineFacts = Pick<RunConfig, "engine" | "recompute"> & { readonly workers: number };

/** Why steps cannot be recorded; `undefined` where they can. */
function obstacleOf({ recompute, workers }: EngineFacts): string | undefined {
  if (nativeBackend() === undefined) return "the backend is not tensorflow";
  if (workers > 1) return "several workers send to each other in the middle of a step";
  if (recompute !== "none") return `${recompute} is computed again in the backward pass`;
  return undefined;
}

/**
 * The engine of a run on the current backend.
 * @throws {ConfigError} If `function` is asked for by name where steps cannot be recorded
 */
export function chooseEngine(facts: EngineFacts): EngineChoice {
  if (facts.engine === "eager") return { name: "eager", why: "asked for" };
  const obstacle = obstacleOf(facts);
  if (obstacle === undefined) {
    const why = facts.engine === "function" ? "asked for" : "steps can be recorded here";
    return { name: "function", why };
  }
  if (facts.engine === "auto") return { name: "eager", why: obstacle };
  throw new ConfigError(
    `Cannot run steps by engine "function": ${obstacle}, expected one process on backend tensorflow that keeps what it ` +
      'computes; engine = "auto" takes what can be had',
  );
}

/** What a run's steps need of it. */
export interface EngineRun {
  readonly network: Network;
  readonly config: Pick<RunConfig, "engine" | "recompute" | "recipe" | "precision">;
  /** Processes that train together. */
  readonly workers: number;
  /** Follows the network in each update that is recorded. */
  readonly teacher?: Teacher;
  readonly classWeights?: readonly number[];
  /** Hears why steps that were to be recorded run op by op. */
  readonly onFallback?: (why: string) => void;
}

/** Runs the steps of a run. Dispose it when done: the network has its parameters again. */
export class StepEngine {
  readonly #run: EngineRun;
  #recorded: RecordedSteps | undefined;

  /** @throws {ConfigError} As `chooseEngine` */
  constructor(run: EngineRun) {
    this.#run = run;
    const { network, config, workers, classWeights, teacher } = run;
    if (chooseEngine({ ...config, workers }).name === "eager") return;
    const { recipe, precision } = config;
    this.#recorded = new RecordedSteps(nativeBackend()!, network, recipe, {
      precision,
      classWeights,
      teacher,
    });
  }

  /** How steps are run now. */
  get name(): EngineChoice["name"] {
    return this.#recorded === undefined ? "eager" : "function";
  }

  /** Whether the last step made an update itself, the teacher's with it. */
  updates({ sgd }: StepUpdate): boolean {
    return this.#recorded !== undefined && sgd.canBeRecorded;
  }

  /**
   * One step.
   * @param update Updates the parameters with it, where its optimizer can; the result then has no gradients
   * @throws As `guidedMixStep`
   */
  async step(batch: StepBatch, context: StepContext, update?: StepUpdate): Promise<StepResult> {
    const { network, config: { recipe } } = this.#run;
    if (this.#recorded !== undefined) {
      try {
        return await this.#recorded.step(batch, context, update?.sgd.canBeRecorded ? update : undefined);
      } catch (error) {
        if (!isUnrecordable(error) || this.#run.config.engine === "function") throw error;
        this.dispose();
        this.#run.onFallback?.(error.message);
      }
    }
    return await guidedMixStep(network, batch, recipe, {
      ...context,
      takeGradient: takerOf(network, context, update),
    });
  }

  /** Frees what was recorded. */
  dispose(): void {
    this.#recorded?.dispose();
    this.#recorded = undefined;
  }
}

function takerOf(network: Network, context: StepContext, update?: StepUpdate): StepContext["takeGradient"] {
  if (update === undefined || !update.sgd.takesOneByOne) return context.takeGradient;
  const { sgd, learningRate } = update;
  return (name, gradient) => sgd.take(network.parameters, name, gradient, learningRate);
}
