/**
 * Weight of the unsupervised loss over time: ω = exp(−5 (1 − t)²), t = iteration / length held to [0, 1] (the sigmoid
 * ramp-up of Laine and Aila 2017, section 2).
 * @param iteration From 0
 * @param length Iterations of the ramp; 0 means ω = 1 from the start
 * @returns A number in [exp(−5), 1], growing with the iteration
 */
export function rampUp(iteration: number, length: number): number {
  if (length <= 0) return 1;
  const t = Math.min(1, Math.max(0, iteration / length));
  return Math.exp(-5 * (1 - t) ** 2);
}
