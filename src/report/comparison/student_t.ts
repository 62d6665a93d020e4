/** Quantiles of Student's t distribution. */

/** The 0.975 quantiles of 1 to 10 degrees of freedom, where the series below is not exact enough. */
const FEW: readonly number[] = [
  12.7062047362,
  4.30265272975,
  3.18244630528,
  2.7764451052,
  2.57058183664,
  2.44691184879,
  2.36462425101,
  2.30600413503,
  2.26215716274,
  2.22813885199,
];

/** The 0.975 quantile of the normal distribution. */
const NORMAL = 1.959963984540054;

/**
 * The number that a mean's standard error is multiplied by for a 95 % interval: the 0.975 quantile of Student's t.
 * Above 10 degrees of freedom by the Cornish-Fisher series (Abramowitz and Stegun, 26.7.5), within 1e-5.
 * @param freedom Degrees of freedom, an integer from 1: one less than there are values
 * @throws {RangeError} If it is something else
 */
export function tFactor(freedom: number): number {
  if (!Number.isInteger(freedom) || freedom < 1) {
    throw new RangeError(
      `Cannot make a 95 % interval: ${freedom} degrees of freedom, expected an integer from 1`,
    );
  }
  return FEW[freedom - 1] ?? seriesFactor(freedom);
}

function seriesFactor(freedom: number): number {
  const x = NORMAL;
  const terms = [
    (x ** 3 + x) / 4,
    (5 * x ** 5 + 16 * x ** 3 + 3 * x) / 96,
    (3 * x ** 7 + 19 * x ** 5 + 17 * x ** 3 - 15 * x) / 384,
    (79 * x ** 9 + 776 * x ** 7 + 1482 * x ** 5 - 1920 * x ** 3 - 945 * x) / 92160,
  ];
  return terms.reduce((sum, term, i) => sum + term / freedom ** (i + 1), x);
}
