import * as tf from "@tensorflow/tfjs-core";
import type { AnyTensor } from "../nn/tensors.ts";
import { derive, type Varying, varyingScalar } from "../nn/varying.ts";

/** Scalars of recorded updates, each made once. Dispose it when the recording ends. */
export class UpdateScalars {
  readonly #learningRate: Varying<number>;
  readonly #constants = new Map<number, AnyTensor>();
  readonly #rates = new Map<number, AnyTensor>();

  /** @param learningRate Before factors; asked for again in each step */
  constructor(learningRate: Varying<number>) {
    this.#learningRate = learningRate;
  }

  /** A number that stays as it is. */
  constant(value: number): AnyTensor {
    return made(this.#constants, value, () => tf.scalar(value));
  }

  /** The learning rate times a factor. */
  rate(factor: number): AnyTensor {
    return made(
      this.#rates,
      factor,
      () => varyingScalar(derive(this.#learningRate, (rate) => rate * factor)),
    );
  }

  /** Frees the scalars. */
  dispose(): void {
    for (const tensor of [...this.#constants.values(), ...this.#rates.values()]) tensor.dispose();
  }
}

function made(scalars: Map<number, AnyTensor>, key: number, make: () => AnyTensor): AnyTensor {
  let scalar = scalars.get(key);
  if (scalar === undefined) scalars.set(key, scalar = make());
  return scalar;
}
