/**
 * A process of its own that trains a small network for a number of steps on backend `tensorflow` and prints, as JSON, the
 * counts of tensors and the loss after each. Every tenth step reads the memory as well, after a collection of
 * JavaScript's garbage where --expose-gc lets it.
 */
import * as tf from "@tensorflow/tfjs-core";
import { openBackend } from "../../../src/backends/open_backend.ts";
import { batchNormTraining } from "../../../src/nn/batch_norm.ts";
import { convolution } from "../../../src/nn/convolution.ts";
import { crossEntropy } from "../../../src/nn/cross_entropy.ts";
import { maxPool } from "../../../src/nn/max_pool.ts";
import { resizeBilinear } from "../../../src/nn/pool_and_resize.ts";
import { Tape, type Value } from "../../../src/nn/tape.ts";
import type { LabelMap } from "../../../src/nn/tensors.ts";

/** State after one step. */
export interface StepRecord {
  readonly tensors: number;
  readonly handles: number;
  readonly bytes: number;
  /** Resident memory (VmRSS) without JavaScript's heap; every tenth step. */
  readonly outsideBytes?: number;
  /** What lives in JavaScript's heap; every tenth step. */
  readonly heapBytes?: number;
  readonly loss: number;
}

const [BATCH, SIZE, CHANNELS, CLASSES] = [4, 40, 8, 4];

/** Memory after a collection of garbage; V8's reserve of pages, which comes and goes in steps of megabytes, apart. */
function memoryNow(): Pick<StepRecord, "outsideBytes" | "heapBytes"> {
  (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapTotal, heapUsed } = Deno.memoryUsage();
  return { outsideBytes: rss - heapTotal, heapBytes: heapUsed };
}

type Parameters = Record<"w1" | "g1" | "b1" | "w2" | "g2" | "b2" | "w3", tf.Tensor>;

function block(tape: Tape, x: Value, [weights, gamma, beta]: readonly tf.Tensor[], dilation: number): Value {
  return tape.scope(() => {
    const [w, g, b] = [weights!, gamma!, beta!].map((tensor) => tape.parameter(tensor)) as [
      Value,
      Value,
      Value,
    ];
    const z = convolution(tape, x, w, { stride: 1, dilation, padding: dilation });
    const { output, statistics } = batchNormTraining(tape, z, { gamma: g, beta: b }, { relu: true });
    tf.dispose([statistics.mean, statistics.variance]);
    return output;
  });
}

function forward(tape: Tape, p: Parameters, image: tf.Tensor, labels: LabelMap): Value {
  return tape.scope(() => {
    const low = maxPool(tape, block(tape, tape.constant(image), [p.w1, p.g1, p.b1], 1), 3, 2, 1);
    const deep = block(tape, low, [p.w2, p.g2, p.b2], 2);
    const logits = convolution(tape, deep, tape.parameter(p.w3), { stride: 1, dilation: 1, padding: 0 });
    return crossEntropy(tape, resizeBilinear(tape, logits, SIZE, SIZE, false), labels);
  });
}

/** One step of plain gradient descent; parameters are replaced. */
function step(p: Parameters): number {
  const image = tf.randomNormal([BATCH, SIZE, SIZE, 3]);
  const labels = tf.tidy(() => {
    const bright = tf.greater(tf.sum(image, 3), 0);
    return tf.cast(bright, "int32") as LabelMap;
  });
  const tape = new Tape();
  const loss = forward(tape, p, image, labels);
  const value = loss.tensor.dataSync()[0]!;
  const gradients = tape.backward(loss);
  for (const name of Object.keys(p) as (keyof Parameters)[]) {
    const [tensor, gradient] = [p[name], gradients.get(p[name])!];
    p[name] = tf.tidy(() => tf.sub(tensor, tf.mul(gradient, 0.1)));
    tf.dispose([tensor, gradient]);
  }
  tape.dispose();
  tf.dispose([image, labels]);
  return value;
}

if (import.meta.main) {
  const { backend } = await openBackend("tensorflow");
  const weights = (shape: [number, number, number, number]) => tf.randomNormal(shape, 0, 0.1, "float32", 3);
  const parameters: Parameters = {
    w1: weights([3, 3, 3, CHANNELS]),
    g1: tf.ones([CHANNELS]),
    b1: tf.zeros([CHANNELS]),
    w2: weights([3, 3, CHANNELS, CHANNELS]),
    g2: tf.ones([CHANNELS]),
    b2: tf.zeros([CHANNELS]),
    w3: weights([1, 1, CHANNELS, CLASSES]),
  };
  const records: StepRecord[] = [];
  for (let i = 0; i < Number(Deno.args[0] ?? 200); i++) {
    const loss = step(parameters);
    const { tensors: handles, bytes } = backend.memory();
    const memory = i % 10 === 9 ? memoryNow() : {};
    records.push({ tensors: tf.memory().numTensors, handles, bytes, loss, ...memory });
  }
  console.log(JSON.stringify(records));
}
