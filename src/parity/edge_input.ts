/** An input at an edge: of a rectifier and at a bound up to rounding, or the largest of a pool's window by rounding alone. */
export interface EdgeInput {
  /** Module path in the official model: `backbone.layer1.0.relu`, `backbone.maxpool`. */
  readonly module: string;
  /** Which call of it in the step, from 0. */
  readonly call: number;
  /** Row-major in the input's `[N, C, H, W]`. */
  readonly index: number;
  /** Of a rectifier: the reference's value; the gradient passes where that is above 0, and below 6 in ReLU6. */
  readonly value?: number;
  /** Of a max pool: the window that chose it, row-major in the output's `[N, C, H', W']`. */
  readonly window?: number;
}
