/**
 * A process of its own that runs the differentiable ops on backend `webgpu` and compares them with `wasm`. It prints a JSON
 * object a line: first how the backend opened, then each case with what differed.
 */
import * as tf from "@tensorflow/tfjs-core";
import { openBackend } from "../../src/backends/open_backend.ts";
import { BackendUnavailable } from "../../src/core/errors.ts";
import { randomStream } from "../../src/core/random.ts";
import { concatenate, gatherBatch, linearCombination } from "../../src/nn/arithmetic.ts";
import { attention } from "../../src/nn/attention.ts";
import { batchNormTraining } from "../../src/nn/batch_norm.ts";
import { convolution } from "../../src/nn/convolution.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { dropoutChannels } from "../../src/nn/dropout.ts";
import { maxPool } from "../../src/nn/max_pool.ts";
import { globalAveragePool, resizeBilinear } from "../../src/nn/pool_and_resize.ts";
import { addRelu } from "../../src/nn/relu.ts";
import { Tape, type Value } from "../../src/nn/tape.ts";
import type { LabelMap } from "../../src/nn/tensors.ts";
import { assertClose, normal } from "../comparison.ts";

/** First line: the device, or why there is none. */
export interface OpenReport {
  readonly device?: string;
  readonly why?: string;
}

/** A line for each case. */
export interface CaseReport {
  readonly name: string;
  /** What differed, or went wrong; absent where all is well. */
  readonly problem?: string;
  readonly milliseconds: number;
}

type Op = (tape: Tape, inputs: readonly Value[]) => Value;

function labels(): LabelMap {
  return tf.tensor3d(Array.from({ length: 36 }, (_, i) => (i % 5 === 4 ? 255 : i % 3)), [1, 6, 6], "int32");
}

function norm(tape: Tape, [x, gamma, beta]: readonly Value[]): Value {
  const { output, statistics } = batchNormTraining(tape, x!, { gamma: gamma!, beta: beta! }, { relu: true });
  tf.dispose([statistics.mean, statistics.variance]);
  return output;
}

const convolutionOf = (stride: number, dilation: number, padding: number): Op => (tape, [x, w, b]) =>
  convolution(tape, x!, w!, { stride, dilation, padding }, b);

/** Name, shapes of the inputs, op. */
const CASES: readonly (readonly [string, readonly (readonly number[])[], Op])[] = [
  ["convolution 3×3", [[2, 7, 6, 3], [3, 3, 3, 4], [4]], convolutionOf(1, 1, 1)],
  ["convolution 3×3, dilation 2", [[2, 9, 8, 3], [3, 3, 3, 4], [4]], convolutionOf(1, 2, 2)],
  [
    "convolution 3×3, dilation 12 on a small map",
    [[1, 6, 6, 3], [3, 3, 3, 4], [4]],
    convolutionOf(1, 12, 12),
  ],
  ["convolution 7×7, stride 2", [[1, 13, 12, 3], [7, 7, 3, 4], [4]], convolutionOf(2, 1, 3)],
  ["convolution 1×1", [[2, 5, 5, 8], [1, 1, 8, 6], [6]], convolutionOf(1, 1, 0)],
  ["batch norm and rectifier", [[2, 6, 5, 4], [4], [4]], norm],
  ["max pool", [[2, 8, 9, 4]], (tape, [x]) => maxPool(tape, x!, 3, 2, 1)],
  ["resize, edges", [[1, 5, 4, 3]], (tape, [x]) => resizeBilinear(tape, x!, 9, 11, false)],
  ["resize, corners", [[1, 5, 4, 3]], (tape, [x]) => resizeBilinear(tape, x!, 9, 11, true)],
  ["global average pool", [[2, 4, 5, 3]], (tape, [x]) => globalAveragePool(tape, x!)],
  ["residual", [[1, 4, 4, 3], [1, 4, 4, 3]], (tape, [a, b]) => addRelu(tape, a!, b!)],
  ["mix", [[2, 3, 3, 2], [2, 3, 3, 2]], (tape, [a, b]) => linearCombination(tape, [[0.3, a!], [0.7, b!]])],
  ["concatenate", [[2, 3, 3, 2], [2, 3, 3, 5]], (tape, values) => concatenate(tape, values, 3)],
  ["gather", [[3, 2, 2, 2]], (tape, [x]) => gatherBatch(tape, x!, [2, 0, 2])],
  ["attention", [[2, 5, 4], [2, 6, 4], [2, 6, 3]], (tape, [q, k, v]) => attention(tape, q!, k!, v!, 0.5, 12)],
  ["dropout", [[2, 3, 3, 8]], (tape, [x]) => dropoutChannels(tape, x!, 0.5, randomStream(1, "dropout"))],
  ["cross entropy", [[1, 6, 6, 3]], (tape, [x]) => crossEntropy(tape, x!, labels(), "labeled")],
];

/** Output and gradients on the current backend. */
async function evaluate(shapes: readonly (readonly number[])[], op: Op): Promise<Float32Array[]> {
  const inputs = shapes.map((shape, i) => normal(shape, `input ${i}`));
  const tape = new Tape();
  const output = op(tape, inputs.map((tensor) => tape.parameter(tensor)));
  const values = [await output.tensor.data() as Float32Array];
  const gradients = tape.backwardFrom([[output, normal(output.shape, "cotangent")]]);
  for (const input of inputs) values.push(await gradients.get(input)!.data() as Float32Array);
  tf.dispose([...gradients.values(), ...inputs]);
  tape.dispose();
  return values;
}

async function compare([name, shapes, op]: typeof CASES[number]): Promise<CaseReport> {
  const start = performance.now();
  try {
    await tf.setBackend("wasm");
    const expected = await evaluate(shapes, op);
    await tf.setBackend("webgpu");
    const actual = await evaluate(shapes, op);
    const parts = ["output", ...shapes.map((_, i) => `gradient ${i}`)];
    parts.forEach((part, i) => assertClose(actual[i]!, expected[i]!, { ofMaximum: 2e-4 }, part));
  } catch (error) {
    return { name, problem: (error as Error).message, milliseconds: performance.now() - start };
  }
  return { name, milliseconds: performance.now() - start };
}

async function open(): Promise<OpenReport> {
  try {
    await openBackend("wasm");
    return { device: (await openBackend("webgpu")).backend.device };
  } catch (error) {
    if (error instanceof BackendUnavailable) return { why: error.message };
    throw error;
  }
}

if (import.meta.main) {
  const report = await open();
  console.log(JSON.stringify(report));
  if (report.device === undefined) Deno.exit(0);
  for (const one of CASES) console.log(JSON.stringify(await compare(one)));
  // graphics drivers may not come down cleanly; the work is done
  Deno.exit(0);
}
