/** Numeric tests: run once on every backend that starts here; gradients against finite differences. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { openBackend } from "../src/backends/open_backend.ts";
import { nativeCapabilities } from "../src/backends/native.ts";
import type { BackendName, OpenBackend } from "../src/backends/opened_backend.ts";
import { BackendUnavailable } from "../src/core/errors.ts";
import { randomStream } from "../src/core/random.ts";
import { Tape, type TapeOptions, type Value } from "../src/nn/tape.ts";
import { assertClose, type Bounds, normal } from "./comparison.ts";
import { testUnless } from "./support.ts";

export { assertClose, type Bounds, normal, spaced } from "./comparison.ts";

/** A backend that was opened for the tests of this file, or why it was not. */
interface Started {
  readonly name: BackendName;
  readonly backend?: OpenBackend;
  readonly why?: string;
}

async function start(name: BackendName): Promise<Started> {
  try {
    return { name, backend: (await openBackend(name)).backend };
  } catch (error) {
    if (!(error instanceof BackendUnavailable)) throw error;
    return { name, why: error.message.split(", expected")[0] };
  }
}

/** webgpu has a process of its own (tests/backends/webgpu_test.ts): its drivers cannot live beside libtensorflow's. */
const STARTED: readonly Started[] = [await start("tensorflow"), await start("wasm")];

/** Why a backend did not start here; undefined where it did. */
export function whyNot(name: BackendName): string | undefined {
  return STARTED.find((started) => started.name === name)?.why;
}

/** Why convolutions of bfloat16 cannot be tested here; undefined where they can. */
export function whyNoBfloat16(): string | undefined {
  return whyNot("tensorflow") ??
    (nativeCapabilities()!.bfloat16 ? undefined : "libtensorflow has no bfloat16 on this machine");
}

/** Runs `body` and checks that as many tensors are alive after it as before. */
export async function withoutLeak(backend: OpenBackend, body: () => void | Promise<void>): Promise<void> {
  await tf.setBackend(backend.name);
  const counts = () => [tf.memory().numTensors, backend.memory().tensors];
  const before = counts();
  await body();
  assert.deepEqual(counts(), before, "tensors left over, as tfjs and the backend count them");
}

/** A test that runs once on every backend; those that do not start here are shown as skipped, with the reason. */
export function numericTest(
  name: string,
  body: (backend: OpenBackend) => void | Promise<void>,
  backends: readonly BackendName[] = ["tensorflow", "wasm"],
): void {
  for (const { name: backendName, backend, why } of STARTED) {
    if (!backends.includes(backendName)) continue;
    testUnless(why, `${name} on ${backendName}`, () => withoutLeak(backend!, () => body(backend!)));
  }
}

/** A test on backend `tensorflow` where it has bfloat16; else shown as skipped, with the reason. */
export function bfloat16Test(name: string, body: (backend: OpenBackend) => void | Promise<void>): void {
  const backend = STARTED.find((started) => started.name === "tensorflow")?.backend;
  testUnless(whyNoBfloat16(), `${name} on tensorflow`, () => withoutLeak(backend!, () => body(backend!)));
}

/** Runs `body` on both backends and hands over what each gave; skipped where one is missing. */
export function agreementTest(
  name: string,
  body: () => Record<string, ArrayLike<number>>,
  bounds: Bounds,
): void {
  const missing = STARTED.find(({ backend }) => backend === undefined);
  testUnless(missing?.why, `${name} is the same on tensorflow and wasm`, async () => {
    const results: Record<string, ArrayLike<number>>[] = [];
    for (const { backend } of STARTED) {
      await withoutLeak(backend!, () => void results.push(body()));
    }
    const [actual, expected] = results as [typeof results[0], typeof results[0]];
    for (const [key, values] of Object.entries(expected!)) {
      assertClose(actual![key]!, values, bounds, key);
    }
  });
}

/** Values of a tensor, which is disposed. */
export function take(tensor: tf.Tensor): Float32Array {
  const data = tensor.dataSync().slice() as Float32Array;
  tensor.dispose();
  return data;
}

/** An op of the tape under test. */
export type TapeOp = (tape: Tape, inputs: readonly Value[]) => Value;

/** Output and gradients of an op for a fixed cotangent. */
export interface Differentiated {
  readonly output: Float32Array;
  readonly cotangent: Float32Array;
  readonly gradients: readonly Float32Array[];
}

/** Runs an op and its gradient through a normal cotangent; an input without gradient gives zeros. */
export function differentiate(
  inputs: readonly tf.Tensor[],
  op: TapeOp,
  options: TapeOptions = {},
): Differentiated {
  const tape = new Tape(options);
  const values = inputs.map((tensor) => tape.parameter(tensor));
  const result = op(tape, values);
  const output = result.tensor.dataSync().slice() as Float32Array;
  const seed = normal(result.shape, "cotangent");
  const cotangent = seed.dataSync().slice() as Float32Array;
  const gradients = tape.backwardFrom([[result, seed]]);
  const taken = inputs.map((tensor) => {
    const gradient = gradients.get(tensor);
    if (gradient !== undefined) {
      assert.deepEqual(gradient.shape, tensor.shape, "a gradient has its input's shape");
    }
    return gradient === undefined ? new Float32Array(tensor.size) : take(gradient);
  });
  tape.dispose();
  return { output, cotangent, gradients: taken };
}

/** How gradients are probed. */
export interface GradientCheck {
  /** Half the distance of the central difference; for ops linear in each input it may be large. */
  readonly step?: number;
  /** Allowed difference as a share of the gradient's Euclidean norm. */
  readonly tolerance?: number;
  /** Random directions probed per input. */
  readonly directions?: number;
  /** Single elements probed per input. */
  readonly elements?: number;
}

function project(output: ArrayLike<number>, cotangent: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < output.length; i++) sum += output[i]! * cotangent[i]!;
  return sum;
}

function moved(tensor: tf.Tensor, direction: Float32Array, step: number): tf.Tensor {
  const values = tensor.dataSync();
  return tf.tensor(Float32Array.from(values, (value, i) => value + step * direction[i]!), tensor.shape);
}

function directionsFor(size: number, check: GradientCheck): Float32Array[] {
  const stream = randomStream(3, "directions");
  const everywhere = Array.from(
    { length: check.directions ?? 3 },
    () => Float32Array.from({ length: size }, () => stream.uniform() < 0.5 ? -1 : 1),
  );
  const count = Math.min(size, check.elements ?? 4);
  const single = stream.permutation(size).slice(0, count).map((chosen) =>
    Float32Array.from({ length: size }, (_, i) => (i === chosen ? 1 : 0))
  );
  return [...everywhere, ...single];
}

/**
 * Checks the gradients of an op with respect to every input against central differences of ⟨output, cotangent⟩,
 * along random directions and at single elements.
 * @param inputs Stay the caller's
 */
export function checkGradients(inputs: readonly tf.Tensor[], op: TapeOp, check: GradientCheck = {}): void {
  const { cotangent, gradients } = differentiate(inputs, op);
  const step = check.step ?? 0.01;
  const evaluate = (tensors: readonly tf.Tensor[]) => {
    const tape = new Tape({ recording: false });
    const output = op(tape, tensors.map((tensor) => tape.constant(tensor))).tensor.dataSync();
    const loss = project(output, cotangent);
    tape.dispose();
    return loss;
  };
  inputs.forEach((input, index) => {
    const gradient = gradients[index]!;
    const norm = Math.hypot(...gradient);
    for (const direction of directionsFor(input.size, check)) {
      const [up, down] = [moved(input, direction, step), moved(input, direction, -step)];
      const at = (tensor: tf.Tensor) => evaluate(inputs.map((other, i) => (i === index ? tensor : other)));
      const numeric = (at(up) - at(down)) / (2 * step);
      tf.dispose([up, down]);
      const analytic = project(gradient, direction);
      const allowed = (check.tolerance ?? 2e-3) * norm + 1e-4;
      assert.ok(
        Math.abs(numeric - analytic) <= allowed,
        `gradient of input ${index} [${input.shape}]: finite difference ${numeric}, gradient ${analytic}, allowed ${allowed}`,
      );
    }
  });
}
