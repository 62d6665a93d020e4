import { unsupervisedWeight } from "../config/recipe.ts";
import { DatasetError } from "../core/errors.ts";
import { countClasses, medianWeights } from "../data/class_weights.ts";
import { evaluateDataset, type Evaluation } from "../eval/evaluate_dataset.ts";
import type { StepResult } from "../method/guided_mix_step.ts";
import { awaitsEvaluation, type Checkpoint, PENDING } from "./checkpoint.ts";
import { diagnose } from "./diagnosis.ts";
import { refuseDiverged } from "./refuse_diverged.ts";
import { runFacts } from "./distributed/agreement.ts";
import { IntervalMeter } from "./interval_meter.ts";
import type { EvalRow } from "./metric_rows.ts";
import { polyLearningRate, type PolySchedule } from "./schedule.ts";
import type { Sgd } from "./sgd.ts";
import type { TrainOptions, TrainOutcome } from "./train_options.ts";
import type { Network } from "../model/network.ts";
import type { Teacher } from "./teacher.ts";
import { openRound, type RoundTools } from "./round_tools.ts";
import { type Round, roundAt } from "./rounds.ts";
import { makeUpdate, newOptimizer, optimizerOf, teacherOf } from "./update.ts";
import { StoppedWaiting } from "./wait_or_stop.ts";

function evalRow(iteration: number, { summary }: Evaluation): EvalRow {
  const perClass = summary.perClass.map(({ iou }) => iou ?? null);
  return { kind: "eval", iteration, miou: summary.miou, accuracy: summary.accuracy, perClass };
}

function scheduleOf({ config: { optimizer } }: TrainOptions, { start, end }: Round): PolySchedule {
  const { learningRate: base, minimumLearningRate: minimum, power } = optimizer;
  return { base, minimum, power, iterations: end - start };
}

/** The best evaluation that a checkpoint tells of; `undefined` where it tells of none, or of something else. */
function bestOf(json = "null"): TrainOutcome["best"] {
  try {
    const { miou, iteration } = JSON.parse(json) as Record<string, unknown>;
    if (typeof miou === "number" && typeof iteration === "number") return { miou, iteration };
  } catch {
    // null, or no JSON: the next evaluation is the best
  }
  return undefined;
}

/** A run while it goes on. */
class TrainingRun {
  readonly #options: TrainOptions;
  #sgd: Sgd;
  readonly #meter: IntervalMeter;
  /** False in workers beside the chief. */
  readonly #writes: boolean;
  readonly #teacher: Teacher | undefined;
  #now: RoundTools | undefined;
  #classWeights: readonly number[] | undefined;
  #iteration: number;
  #saved: number;
  #stopped = false;
  #best: TrainOutcome["best"];
  #evaluation: Evaluation | undefined;

  constructor(options: TrainOptions) {
    this.#options = options;
    this.#meter = new IntervalMeter(options.resume?.metadata.interval);
    this.#sgd = optimizerOf(options);
    this.#teacher = teacherOf(options);
    this.#writes = options.workers?.isChief ?? true;
    this.#iteration = options.resume?.iteration ?? 0;
    this.#saved = this.#iteration;
    this.#best = bestOf(options.resume?.metadata.best);
  }

  async run(): Promise<TrainOutcome> {
    const { config, dataset, network, workers } = this.#options;
    workers?.agree(await runFacts(config, dataset, network, this.#iteration));
    const { classWeights } = config.recipe;
    if (classWeights !== "none") {
      this.#classWeights = medianWeights(await countClasses(dataset), classWeights === "median" ? 1 : 0.5);
    }
    for (const one of [network, this.#teacher?.network]) one?.recordInference(config.engine !== "eager");
    try {
      const { resume } = this.#options;
      if (resume !== undefined && awaitsEvaluation(resume)) await this.#measureSaved();
      while (this.#goesOn()) await this.#advance();
    } catch (error) {
      await this.#saveBefore(error);
      if (!(error instanceof StoppedWaiting)) throw error;
      return { iteration: this.#iteration, finished: false, best: this.#best };
    }
    if (this.#saved !== this.#iteration || this.#iteration === 0) await this.#save();
    const iteration = this.#iteration;
    const finished = iteration >= config.iterations;
    return { iteration, finished, evaluation: this.#evaluation, best: this.#best };
  }

  /** A picture that cannot be read, for a batch or an evaluation, is met between updates: they are all kept. */
  async #saveBefore(error: unknown): Promise<void> {
    const { config, workers } = this.#options;
    const isWait = error instanceof DatasetError || error instanceof StoppedWaiting;
    const isBetween = isWait && config.optimizer.accumulate === 1;
    if (!isBetween || workers !== undefined || this.#saved === this.#iteration) return;
    // what cannot be saved either is not what failed first
    await this.#save().catch(() => {});
  }

  close(): void {
    this.#leaveRound();
    this.#sgd.dispose();
    if (this.#teacher?.evaluated) this.#teacher.copyTo(this.#options.network);
    this.#teacher?.dispose();
  }

  /** What is evaluated and saved as the run's model. */
  get #model(): Network {
    return this.#teacher?.evaluated ? this.#teacher.network : this.#options.network;
  }

  /** Several workers stop together, after an update in which one of them was asked to. */
  #goesOn(): boolean {
    const { config, workers, shouldStop } = this.#options;
    const asked = workers === undefined && shouldStop?.() === true;
    return this.#iteration < config.iterations && !this.#stopped && !asked;
  }

  get #isLast(): boolean {
    return this.#iteration === this.#options.config.iterations;
  }

  /** Frees what a round had of its own. */
  #leaveRound(): void {
    this.#now?.loader.close();
    this.#now?.engine.dispose();
    this.#now = undefined;
  }

  /** The tools of the round that the run is in; at its start the teacher becomes what the network is. */
  async #enterRound(): Promise<RoundTools> {
    const round = roundAt(this.#iteration, this.#options.config);
    if (this.#now?.round.index === round.index) return this.#now;
    this.#leaveRound();
    if (round.index > 0 && this.#iteration === round.start) this.#beginAnew();
    this.#options.onRound?.(round.index, this.#options.config.recipe.rounds);
    const paused = performance.now();
    this.#now = await openRound(this.#options, round, this.#iteration, {
      teacher: this.#teacher,
      classWeights: this.#classWeights,
    });
    this.#meter.paused(performance.now() - paused);
    return this.#now;
  }

  #beginAnew(): void {
    this.#teacher?.become(this.#options.network);
    this.#sgd.dispose();
    this.#sgd = newOptimizer(this.#options);
  }

  async #advance(): Promise<void> {
    const { round, options, ...own } = await this.#enterRound();
    const { evaluation, checkpointEvery } = options.config;
    const learningRate = polyLearningRate(scheduleOf(options, round), this.#iteration - round.start);
    const tools = { ...own, sgd: this.#sgd, meter: this.#meter, classWeights: this.#classWeights };
    const { step, batch, stop } = await makeUpdate(options, tools, this.#iteration, learningRate);
    this.#stopped = stop;
    this.#iteration++;
    this.#meter.step(step.losses);
    options.onStep?.(this.#iteration, step, batch);
    if (this.#isLast || this.#iteration % (options.logEvery ?? 10) === 0) await this.#log(step, learningRate);
    if (this.#isLast || this.#iteration % evaluation.every === 0) {
      // what an evaluation fails at must not cost the updates before it
      await this.#save({ [PENDING]: "evaluation" });
      await this.#measureSaved();
    } else if (this.#iteration % checkpointEvery === 0 || this.#iteration === round.end) await this.#save();
  }

  /** Evaluates, and saves that it is done, and the best. */
  async #measureSaved(): Promise<void> {
    await this.#measure();
    await this.#save();
  }

  async #log(step: StepResult, learningRate: number): Promise<void> {
    const { config, memory, onTrainRow } = this.#options;
    await onTrainRow?.({
      kind: "train",
      iteration: this.#iteration,
      learningRate,
      weight: step.ramp * unsupervisedWeight(config.recipe),
      memoryBytes: memory?.peakBytes() ?? 0,
      ...this.#meter.take(),
    });
    memory?.reset();
  }

  async #measure(): Promise<void> {
    const { dataset, diagnosis = [], onDiagnosis } = this.#options;
    const paused = performance.now();
    if (dataset.val.length > 0) await this.#evaluate();
    if (diagnosis.length > 0) {
      // all processes take part, those too that tell nobody
      const row = await diagnose(
        { ...this.#options, network: this.#teacher?.follows ? this.#teacher.network : this.#options.network },
        diagnosis,
        this.#iteration,
      );
      await onDiagnosis?.(row);
    }
    this.#meter.paused(performance.now() - paused);
  }

  async #evaluate(): Promise<void> {
    const { dataset, config, workers, checkpoints, onImage, onEvaluation } = this.#options;
    const { mode, crop, stride, scale, limit } = config.evaluation;
    const found = await evaluateDataset(this.#model, dataset, dataset.val, {
      mode,
      crop,
      stride,
      scale,
      limit: this.#isLast ? 0 : limit,
      share: workers,
      onImage,
    });
    await onEvaluation?.(evalRow(this.#iteration, found), found);
    if (this.#isLast) this.#evaluation = found;
    if (this.#best === undefined || found.summary.miou > this.#best.miou) {
      this.#best = { miou: found.summary.miou, iteration: this.#iteration };
      if (this.#writes) await checkpoints.saveBest(await this.#snapshot());
    }
  }

  async #save(more: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.#writes) {
      const checkpoint = await this.#snapshot();
      await this.#options.checkpoints.save({ ...checkpoint, metadata: { ...checkpoint.metadata, ...more } });
    }
    this.#saved = this.#iteration;
  }

  async #snapshot(): Promise<Checkpoint> {
    const { network, metadata } = this.#options;
    const momentum = await this.#sgd.export(network.parameters);
    const student = await network.export();
    refuseDiverged(student, this.#iteration);
    const teacher = await this.#teacher?.export();
    const best: Record<string, string> = this.#best === undefined ? {} : { best: JSON.stringify(this.#best) };
    const text = this.#meter.toText();
    const interval: Record<string, string> = text === undefined ? {} : { interval: text };
    return {
      iteration: this.#iteration,
      ...(teacher === undefined
        ? { parameters: student }
        : this.#teacher!.evaluated
        ? { parameters: teacher, student }
        : { parameters: student, teacher }),
      momentum,
      metadata: { ...metadata, ...best, ...interval },
    };
  }
}

/**
 * Trains a network: load, step, update, log, save, evaluate. Where a teacher is evaluated, the network has its values at the
 * end. Batch and draws of an iteration depend on seed and
 * iteration alone, so that a resumed run repeats the unbroken one.
 * @throws {TrainingError} If a loss is not finite; the last checkpoint stays
 * @throws {DatasetError} If an image cannot be read; where one process trains and does not accumulate gradients, a
 * checkpoint of all updates before it is written
 */
export async function train(options: TrainOptions): Promise<TrainOutcome> {
  const run = new TrainingRun(options);
  try {
    return await run.run();
  } catch (error) {
    throw await options.workers?.explain(error) ?? error;
  } finally {
    run.close();
  }
}
