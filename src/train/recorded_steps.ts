/** Training steps as TensorFlow functions: recorded once for each shape of a batch and phase of a run, then called. */
import type { NodeKernelBackend } from "../backends/tensorflow/node_kernels.ts";
import { TensorFunction } from "../backends/tensorflow/function/tensor_function.ts";
import type { Recipe } from "../config/recipe.ts";
import { KernelError, TrainingError } from "../core/errors.ts";
import {
  checkFinite,
  planStep,
  type StepContext,
  type StepPlan,
  type StepResult,
  takeGradients,
} from "../method/guided_mix_step.ts";
import { objective } from "../method/objective.ts";
import { readPairs } from "../method/mixture.ts";
import type { ChosenPairs } from "../method/pairing.ts";
import type { StepBatch } from "../method/step_batch.ts";
import { varyingDraws } from "../method/step_draws.ts";
import type { Network } from "../model/network.ts";
import { Tape } from "../nn/tape.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import { isIndexTensor, withVaryingTensors } from "../nn/varying.ts";
import { guardLosses, lossOf } from "./loss_guards.ts";
import { ResidentParameters } from "./resident_parameters.ts";
import type { Sgd } from "./sgd.ts";
import { UpdateScalars } from "./update_scalars.ts";

/** Recordings kept at the same time; the one not used for longest goes first. */
const MOST_KEPT = 4;

/** What all steps of a run share. */
export type RecordedContext = Pick<StepContext, "precision" | "classWeights">;

/** A step with what it is given. */
type Now = StepPlan & { readonly learningRate: number };

/** Results of a function by what they are, in their order. */
type Places = { readonly [kind in "losses" | "gradients" | "pairs"]: readonly string[] };

interface Recording {
  readonly function: TensorFunction;
  readonly places: Places;
  readonly pairs?: ChosenPairs;
  readonly counted: ReadonlyMap<string, number>;
}

/** Steps of one network by one recipe. Dispose it to give the parameters back to the network. */
export class RecordedSteps {
  readonly #backend: NodeKernelBackend;
  readonly #network: Network;
  readonly #recipe: Recipe;
  readonly #context: RecordedContext;
  readonly #parameters: ResidentParameters;
  readonly #kept = new Map<string, Recording>();
  #now: Now | undefined;

  /** Nothing is recorded before the first step. */
  constructor(backend: NodeKernelBackend, network: Network, recipe: Recipe, context: RecordedContext = {}) {
    this.#backend = backend;
    this.#network = network;
    this.#recipe = recipe;
    this.#context = context;
    this.#parameters = new ResidentParameters(backend, network.parameters);
  }

  /**
   * As `guidedMixStep`; where an optimizer is given the parameters are updated too, and the result has no gradients.
   * @param update An optimizer that `canBeRecorded`, and the learning rate
   * @throws {KernelError} If the step cannot be recorded, naming the op
   * @throws {TrainingError} If a loss is NaN or infinite; parameters are not updated then
   */
  async step(
    batch: StepBatch,
    context: StepContext,
    update?: { readonly sgd: Sgd; readonly learningRate: number },
  ): Promise<StepResult> {
    const plan = await planStep(this.#network, batch, this.#recipe, { ...context, ...this.#context });
    this.#now = { ...plan, learningRate: update?.learningRate ?? 0 };
    this.#parameters.enter();
    const recording = this.#recordingOf(batch, update?.sgd);
    const results = this.#call(recording, batch, context.iteration);
    this.#parameters.count(recording.counted);
    return await this.#read(recording, results, context.iteration);
  }

  /** Frees the recordings; the network has its parameters again. */
  dispose(): void {
    for (const { function: recorded } of this.#kept.values()) recorded.dispose();
    this.#kept.clear();
    this.#parameters.dispose();
  }

  #recordingOf(batch: StepBatch, sgd: Sgd | undefined): Recording {
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

  #record(batch: StepBatch, sgd: Sgd | undefined): Recording {
    let made: Omit<Recording, "function"> | undefined;
    const recorded = new TensorFunction(this.#backend, tensorsOf(batch), (ask) => {
      const { result, counted } = this.#parameters.recorded(() =>
        withVaryingTensors(ask, () => this.#run(batch, sgd))
      );
      made = { places: result.places, pairs: result.pairs, counted };
      return result.tensors;
    });
    return { ...made!, function: recorded };
  }

  /** The step itself, recorded. */
  #run(batch: StepBatch, sgd: Sgd | undefined): { tensors: AnyTensor[]; places: Places; pairs?: ChosenPairs } {
    const { precision, classWeights } = this.#context;
    const tape = new Tape({ precision });
    const scalars = new UpdateScalars(() => this.#now!.learningRate);
    try {
      const { total, terms, pairs } = objective(tape, this.#network, batch, varyingDraws(() => this.#now!.draws), {
        recipe: this.#recipe,
        ramp: () => this.#now!.ramp,
        classifierOnly: this.#now!.classifierOnly,
        classWeights,
      });
      const losses = Object.entries({ ...terms, total }).map(([name, { tensor }]) => [name, tensor.clone()] as const);
      if (sgd !== undefined) guardLosses(this.#backend, losses);
      const gradients = takeGradients(tape, this.#network, total, sgd && this.#taker(sgd, scalars));
      const found = Object.entries(pairs ?? {}).filter(([, list]) => isIndexTensor(list))
        .map(([name, list]) => [name, (list as AnyTensor).clone()] as const);
      const groups = [losses, [...gradients], found];
      const [lossNames, gradientNames, pairNames] = groups.map((group) => group.map(([name]) => name));
      return {
        tensors: groups.flat().map(([, tensor]) => tensor),
        places: { losses: lossNames!, gradients: gradientNames!, pairs: pairNames! },
        pairs,
      };
    } finally {
      scalars.dispose();
      tape.dispose();
    }
  }

  #taker(sgd: Sgd, scalars: UpdateScalars): StepContext["takeGradient"] {
    const { parameters } = this.#network;
    return (name, gradient) => {
      const before = parameters.tensor(name);
      sgd.record(name, this.#parameters.variable(name), before, gradient, scalars);
    };
  }

  #call(recording: Recording, batch: StepBatch, iteration: number): AnyTensor[] {
    try {
      return recording.function.call(tensorsOf(batch));
    } catch (error) {
      const loss = error instanceof KernelError ? lossOf(error.message) : undefined;
      if (loss === undefined) throw error;
      checkFinite({ [loss.name]: loss.value }, iteration);
      throw error;
    }
  }

  async #read({ places, pairs }: Recording, results: AnyTensor[], iteration: number): Promise<StepResult> {
    const groups = [places.losses, places.gradients, places.pairs];
    const [losses, gradients, found] = groups.map((names) =>
      new Map(names.map((name) => [name, results.shift()!] as const))
    ) as [Map<string, AnyTensor>, Map<string, AnyTensor>, Map<string, AnyTensor>];
    const { draws, ramp } = this.#now!;
    try {
      const read = await numbersOf(losses);
      checkFinite(read, iteration);
      const chosen = pairs && await readPairs({ ...pairs, ...Object.fromEntries(found) }, draws);
      return { losses: read, gradients, ramp, mixCoefficient: draws.mixCoefficient, pairs: chosen };
    } catch (error) {
      for (const gradient of gradients.values()) gradient.dispose();
      throw error;
    } finally {
      for (const tensor of [...losses.values(), ...found.values()]) tensor.dispose();
    }
  }
}

function tensorsOf({ labeled, labels, unlabeled, unlabeledPlain }: StepBatch): AnyTensor[] {
  return [labeled, labels, unlabeled, unlabeledPlain].filter((tensor) => tensor !== undefined);
}

async function numbersOf(tensors: ReadonlyMap<string, AnyTensor>): Promise<Record<string, number>> {
  const numbers: Record<string, number> = {};
  for (const [name, tensor] of tensors) numbers[name] = (await tensor.data())[0]!;
  return numbers;
}
