import * as tf from "@tensorflow/tfjs-core";
import { Tape, type Value } from "../nn/tape.ts";
import type { AnyTensor } from "../nn/tensors.ts";

/** What happens after a function was run. */
export interface Differentiated {
  /** Gradient of the output; ones without it. Consumed. */
  readonly seed?: AnyTensor;
  /** Gets the output and the inputs' gradients, zeros where none flows; all are freed afterwards. */
  done(output: AnyTensor, gradients: Readonly<Record<string, AnyTensor>>): Promise<void>;
}

/**
 * Runs a function on a tape and takes its gradients with respect to all inputs.
 * @param inputs They stay the caller's
 */
export async function differentiate(
  inputs: Readonly<Record<string, AnyTensor>>,
  f: (tape: Tape, values: Readonly<Record<string, Value>>) => Value,
  { seed, done }: Differentiated,
): Promise<void> {
  const tape = new Tape();
  const named = Object.entries(inputs);
  const values = Object.fromEntries(named.map(([name, tensor]) => [name, tape.parameter(tensor)]));
  const taken = new Map<AnyTensor, AnyTensor>();
  try {
    const output = f(tape, values).hold();
    tape.backwardFrom([[output, seed ?? tf.onesLike(output.tensor)]]).forEach((g, t) => taken.set(t, g));
    for (const [, tensor] of named) if (!taken.has(tensor)) taken.set(tensor, tf.zerosLike(tensor));
    await done(output.tensor, Object.fromEntries(named.map(([name, tensor]) => [name, taken.get(tensor)!])));
    output.release();
  } finally {
    for (const gradient of taken.values()) gradient.dispose();
    tape.dispose();
  }
}
