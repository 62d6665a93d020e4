/** The poly schedule of a run. */
export interface PolySchedule {
  /** Learning rate at iteration 0. Official: 0.01. */
  readonly base: number;
  /** Learning rate that the schedule runs down to. Official: 1e-4. */
  readonly minimum: number;
  /** Exponent. Official: 0.9. */
  readonly power: number;
  /** Length of the run, at least 1. */
  readonly iterations: number;
}

/**
 * Learning rate of an iteration: (base − minimum) · (1 − i / iterations)^power + minimum (mmcv's poly hook, as every
 * official configuration has it).
 * @param iteration i, from 0; past the end it stays at the minimum
 * @throws {RangeError} If the iteration or the length of the run is out of range
 */
export function polyLearningRate(schedule: PolySchedule, iteration: number): number {
  const { base, minimum, power, iterations } = schedule;
  if (!(iterations >= 1 && iteration >= 0)) {
    throw new RangeError(
      `Cannot take a learning rate: iteration ${iteration} of ${iterations}, expected at least 0 of at least 1`,
    );
  }
  return (base - minimum) * (1 - Math.min(1, iteration / iterations)) ** power + minimum;
}
