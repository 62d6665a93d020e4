/** Training steps as TensorFlow functions: recorded once for each shape of a batch and phase of a run, then called. */
import * as tf from "@tensorflow/tfjs-core";
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import { TensorFunction } from "../backends/tensorflow/function/tensor_function.ts";
import type { Recipe } from "../config/recipe.ts";
import { KernelError } from "../core/errors.ts";
import {
  checkFinite,
  planStep,
  type StepContext,
  type StepPlan,
  type StepResult,
} from "../method/guided_mix_step.ts";
import { readPairs } from "../method/mixture.ts";
import type { StepBatch } from "../method/step_batch.ts";
import { varyingDraws } from "../method/step_draws.ts";
import type { Network } from "../model/network.ts";
import { type Observation, Value } from "../nn/tape.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import { varyingScalar, withVaryingTensors } from "../nn/varying.ts";
import { lossOf } from "./loss_guards.ts";
import {
  placeResults,
  type RecordedResults,
  recordObjective,
  type StepTensors,
} from "./recorded_objective.ts";
import { ResidentParameters } from "./resident_parameters.ts";
import type { Sgd } from "./sgd.ts";
import type { Teacher } from "./teacher.ts";
import { UpdateScalars } from "./update_scalars.ts";

/** Recordings kept at the same time; the one not used for longest goes first. */
const MOST_KEPT = 4;

/** What all steps of a run share. */
export type RecordedContext = Pick<StepContext, "precision" | "classWeights"> & {
  /** Follows the network in each update. */
  readonly teacher?: Teacher;
};

/** What follows the gradients of a step. */
export interface StepUpdate {
  /** Moves the parameters. */
  readonly sgd: Sgd;
  /** Before the groups' factors. */
  readonly learningRate: number;
}

type Recording = Omit<RecordedResults, "tensors"> & {
  readonly function: TensorFunction;
  /** How often each counter of batches goes up. */
  readonly counted: ReadonlyMap<string, number>;
};

/** Steps of one network by one recipe. Dispose it to give the parameters back to the network. */
export class RecordedSteps {
  readonly #backend: NodeKernelBackend;
  readonly #network: Network;
  readonly #recipe: Recipe;
  readonly #context: RecordedContext;
  readonly #parameters: ResidentParameters;
  readonly #teacher: ResidentParameters | undefined;
  readonly #kept = new Map<string, Recording>();
  /** The step that is recorded or run now; recordings ask here for what differs from step to step. */
  #now: (StepPlan & { readonly learningRate: number; readonly iteration: number }) | undefined;

  /** Nothing is recorded before the first step. */
  constructor(backend: NodeKernelBackend, network: Network, recipe: Recipe, context: RecordedContext = {}) {
    this.#backend = backend;
    this.#network = network;
    this.#recipe = recipe;
    this.#context = context;
    this.#parameters = new ResidentParameters(backend, network.parameters);
    const { teacher } = context;
    this.#teacher = teacher && new ResidentParameters(backend, teacher.network.parameters);
  }

  /**
   * As `guidedMixStep`; where an optimizer is given the parameters are updated too, and the result has no gradients. A
   * step that is observed, or given decisions, is recorded for itself.
   * @param update An optimizer that `canBeRecorded`
   * @throws {KernelError} If the step cannot be recorded, naming the op
   * @throws {TrainingError} If a loss is NaN or infinite; parameters are not updated then
   */
  async step(batch: StepBatch, context: StepContext, update?: StepUpdate): Promise<StepResult> {
    const { teacher: _, ...own } = this.#context;
    const plan = await planStep(this.#network, batch, this.#recipe, { ...context, ...own });
    this.#now = { ...plan, learningRate: update?.learningRate ?? 0, iteration: context.iteration };
    this.#parameters.enter();
    this.#teacher?.enter();
    const alone = context.observe !== undefined || context.decisions !== undefined;
    const recording = alone
      ? this.#record(batch, update?.sgd, context)
      : this.#keptRecording(batch, update?.sgd);
    try {
      const results = placeResults(recording, this.#call(recording, batch, context.iteration));
      this.#parameters.count(recording.counted);
      if (update !== undefined) this.#countTeacher();
      return await this.#read(recording, results, context);
    } finally {
      if (alone) recording.function.dispose();
    }
  }

  /** Frees the recordings; the network has its parameters again. */
  dispose(): void {
    for (const { function: recorded } of this.#kept.values()) recorded.dispose();
    this.#kept.clear();
    this.#parameters.dispose();
    this.#teacher?.dispose();
  }

  #keptRecording(batch: StepBatch, sgd: Sgd | undefined): Recording {
    const shapes = Object.entries(batch).map(([name, tensor]) => `${name} ${tensor?.shape}`);
    const key = [...shapes, this.#now!.classifierOnly, sgd !== undefined].join("; ");
    const found = this.#kept.get(key) ?? this.#record(batch, sgd);
    this.#kept.delete(key);
    this.#kept.set(key, found);
    if (this.#kept.size > MOST_KEPT) this.#forgetOldest();
    return found;
  }

  #forgetOldest(): void {
    const [key, { function: recorded }] = this.#kept.entries().next().value!;
    recorded.dispose();
    this.#kept.delete(key);
  }

  #record(batch: StepBatch, sgd: Sgd | undefined, seen: SeenContext = {}): Recording {
    let made: Omit<Recording, "function"> | undefined;
    const recorded = new TensorFunction(this.#backend, tensorsOf(batch), (ask) => {
      const step = () => this.#parameters.recorded(() => this.#run(batch, sgd, seen));
      const run = () => {
        const done = this.#teacher?.recorded(step).result ?? step();
        if (sgd !== undefined) this.#followStudent();
        return done;
      };
      const { result: { tensors, ...result }, counted } = withVaryingTensors(ask, run);
      made = { ...result, counted };
      return tensors;
    });
    return { ...made!, function: recorded };
  }

  #run(
    batch: StepBatch,
    sgd: Sgd | undefined,
    { observe, observed, decisions }: SeenContext,
  ): RecordedResults {
    const { precision, classWeights, teacher } = this.#context;
    const { classifierOnly } = this.#now!;
    const scalars = new UpdateScalars(() => this.#now!.learningRate);
    try {
      return recordObjective({
        backend: this.#backend,
        network: this.#network,
        batch,
        draws: varyingDraws(() => this.#now!.draws),
        recipe: this.#recipe,
        context: { ramp: () => this.#now!.ramp, classifierOnly, classWeights, teacher: teacher?.network },
        tape: {
          precision,
          decisions,
          observing: observe !== undefined && (observed === undefined || new Set(observed)),
        },
        take: sgd && this.#taker(sgd, scalars),
      });
    } finally {
      scalars.dispose();
    }
  }

  /** Records the teacher's update, after the student's. */
  #followStudent(): void {
    const { teacher } = this.#context;
    if (teacher === undefined || !teacher.follows) return;
    const step = varyingScalar(() => teacher.step(this.#now!.iteration));
    for (const { name } of teacher.network.parameters.specs()) {
      const variable = this.#teacher!.variable(name);
      const [before, student] = [variable.read(), this.#parameters.variable(name).read()];
      const difference = tf.sub(before, student);
      tf.dispose([before, student]);
      variable.subtract(difference, step);
      difference.dispose();
    }
    step.dispose();
  }

  #countTeacher(): void {
    const { teacher } = this.#context;
    if (teacher?.follows) teacher.network.parameters.setCounts(this.#network.parameters.counts());
  }

  #taker(sgd: Sgd, scalars: UpdateScalars): StepContext["takeGradient"] {
    const { parameters } = this.#network;
    return (name, gradient) =>
      sgd.record(name, this.#parameters.variable(name), parameters.tensor(name), gradient, scalars);
  }

  #call(recording: Recording, batch: StepBatch, iteration: number): AnyTensor[] {
    try {
      return recording.function.call(tensorsOf(batch));
    } catch (error) {
      const loss = error instanceof KernelError ? lossOf(error.message) : undefined;
      if (loss !== undefined) checkFinite({ [loss.name]: loss.value }, iteration);
      throw error;
    }
  }

  async #read({ pairs }: Recording, results: StepTensors, context: StepContext): Promise<StepResult> {
    const { draws, ramp } = this.#now!;
    const gradients = new Map(results.gradients);
    try {
      context.decisions?.putKept?.([...results.kept.values()]);
      const losses = await numbersOf(results.losses);
      checkFinite(losses, context.iteration);
      await context.observe?.(observationsOf(results));
      const chosen = pairs && await readPairs({ ...pairs, ...Object.fromEntries(results.pairs) }, draws);
      return { losses, gradients, ramp, mixCoefficient: draws.mixCoefficient, pairs: chosen };
    } catch (error) {
      for (const gradient of gradients.values()) gradient.dispose();
      throw error;
    } finally {
      const { losses, pairs, values, slopes } = results;
      for (const tensors of [losses, pairs, values, slopes]) tensors.forEach((tensor) => tensor.dispose());
    }
  }
}

type SeenContext = Partial<Pick<StepContext, "observe" | "observed" | "decisions">>;

function tensorsOf(batch: StepBatch): AnyTensor[] {
  const { labeled, labels, unlabeled, unlabeledPlain, unlabeledSecond, unlabeledWarp, unlabeledLabels } =
    batch;
  return [labeled, labels, unlabeled, unlabeledPlain, unlabeledSecond, unlabeledWarp, unlabeledLabels]
    .filter((tensor) => tensor !== undefined);
}

async function numbersOf(tensors: ReadonlyMap<string, AnyTensor>): Promise<Record<string, number>> {
  const numbers: Record<string, number> = {};
  for (const [name, tensor] of tensors) numbers[name] = (await tensor.data())[0]!;
  return numbers;
}

function observationsOf({ values, slopes }: StepTensors): Map<string, Observation> {
  return new Map([...values].map(([name, tensor]) => {
    return [name, { value: new Value(tensor, false, false), gradient: slopes.get(name) }];
  }));
}
