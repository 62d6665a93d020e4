import * as tf from "@tensorflow/tfjs-core";
import type { TeacherOptions } from "../config/recipe.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import { Network } from "../model/network.ts";
import type { ParameterStore } from "../nn/parameters.ts";

/**
 * Share of a teacher that stays at an update: min(1 − 1/(i + 1), decay), so that the first update makes it the student
 * (Tarvainen & Valpola 2017, section 3; the ramp is UniMatch-V2's).
 * @param update From 0
 * @param decay In (0, 1)
 */
export function teacherShare(update: number, decay: number): number {
  return Math.min(1 - 1 / (update + 1), decay);
}

/**
 * A mean teacher: running means of a student's parameters and running statistics, t ← t − (1 − share) · (t − s). Averaging
 * parameters alone gives a poor teacher in evaluation mode. Dispose it when done.
 */
export class Teacher {
  /** What predicts; nothing but the teacher may change it. */
  readonly network: Network;
  readonly #options: TeacherOptions;
  readonly #ramps: boolean;

  /**
   * A teacher equal to its student.
   * @param ramps False: `decay` counts from the first update on, for a teacher that knows something already
   */
  constructor(student: Network, options: TeacherOptions, ramps = true) {
    this.#options = options;
    this.#ramps = ramps;
    this.network = new Network(student.options, 0);
    copyAll(student.parameters, this.network.parameters);
  }

  /** Whether it is what is evaluated and saved as the run's model. */
  get evaluated(): boolean {
    return this.#options.evaluated;
  }

  /** Whether updates move it; one with decay 0 stays as it is through a round. */
  get follows(): boolean {
    return this.#options.decay > 0;
  }

  /** Becomes what a network is. */
  become(student: Network): void {
    copyAll(student.parameters, this.network.parameters);
  }

  /** The factor 1 − share of an update's difference. @param update From 0 */
  step(update: number): number {
    const { decay } = this.#options;
    return 1 - (this.#ramps ? teacherShare(update, decay) : decay);
  }

  /** Follows the student after an update, where it follows. @param update From 0 */
  follow(student: ParameterStore, update: number): void {
    if (!this.follows) return;
    const { parameters } = this.network;
    const step = this.step(update);
    for (const { name } of parameters.specs()) {
      const before = parameters.tensor(name);
      const after = tf.tidy(() => tf.sub(before, tf.mul(tf.sub(before, student.tensor(name)), step)));
      parameters.replace(name, after);
    }
    parameters.setCounts(student.counts());
  }

  /** Copies all out, in the layout of files. */
  export(): Promise<Map<string, StoredTensor>> {
    return this.network.export();
  }

  /** Takes the values of `export`. */
  load(tensors: ReadonlyMap<string, StoredTensor>): void {
    this.network.parameters.load(tensors);
  }

  /** Puts its values in a network's place. */
  copyTo(network: Network): void {
    copyAll(this.network.parameters, network.parameters);
  }

  /** Frees its network. */
  dispose(): void {
    this.network.dispose();
  }
}

function copyAll(from: ParameterStore, to: ParameterStore): void {
  for (const { name } of to.specs()) to.replace(name, tf.clone(from.tensor(name)));
  to.setCounts(from.counts());
}
