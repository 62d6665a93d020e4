/** This project's side of the benchmark of operations: answers lines of JSON, see ops.ts. */
import * as tf from "@tensorflow/tfjs-core";
import { openBackend } from "../../src/backends/open_backend.ts";
import { convolutionKernels } from "../../src/nn/convolution.ts";
import type { AnyTensor } from "../../src/nn/tensors.ts";
import { depthwiseKernels } from "../../src/nn/depthwise.ts";
import { sameOutputShape } from "../../src/nn/depthwise_geometry.ts";
import { type Answer, answerLines, peakBytes } from "./answer_lines.ts";
import { type BenchEncoder, casePadding, type ConvolutionCase, type Direction } from "./convolution_cases.ts";
import { type BenchEngine, networkStep } from "./network_step.ts";

type Question =
  | { ask: "convolution"; batch: number; direction: Direction } & ConvolutionCase
  | { ask: "network"; encoder: BenchEncoder; batch: number; size: number; engine: BenchEngine }
  | { ask: "time"; leastMs: number }
  | { ask: "about" | "memory" };

/** A run that can be repeated; its tensors are freed. */
type Run = () => void;

function convolution(question: ConvolutionCase & { batch: number; direction: Direction }): Run {
  const { batch, size, inputs, outputs, kernel, stride, dilation, direction } = question;
  const geometry = { stride, dilation, padding: casePadding(question) };
  if (question.depthwise) return depthwise(question);
  const kernels = convolutionKernels();
  const shape = [kernel, kernel, inputs, outputs];
  const x = tf.randomNormal([batch, size, size, inputs]);
  const weights = tf.randomNormal(shape);
  const y = kernels.forward(x, weights, geometry);
  const dy = tf.randomNormal(y.shape);
  y.dispose();
  const run: Record<Direction, () => AnyTensor> = {
    forward: () => kernels.forward(x, weights, geometry),
    dX: () => kernels.gradInput(dy, weights, x.shape, geometry),
    dW: () => kernels.gradWeights(x, dy, shape, geometry),
  };
  return () => run[direction]().dispose();
}

function depthwise(question: ConvolutionCase & { batch: number; direction: Direction }): Run {
  const { batch, size, inputs, kernel, direction } = question;
  const kernels = depthwiseKernels();
  const shape = [kernel, kernel, inputs, 1];
  const x = tf.randomNormal([batch, size, size, inputs]);
  const weights = tf.randomNormal(shape);
  const dy = tf.randomNormal(sameOutputShape(x.shape, question.stride));
  const run: Record<Direction, () => AnyTensor> = {
    forward: () => kernels.forward(x, weights, question),
    dX: () => kernels.gradInput(dy, weights, x.shape, question),
    dW: () => kernels.gradWeights(x, dy, shape, question),
  };
  return () => run[direction]().dispose();
}

function milliseconds(run: Run, leastMs: number): number {
  const startMs = performance.now();
  for (let count = 1;; count++) {
    run();
    const elapsedMs = performance.now() - startMs;
    if (elapsedMs >= leastMs) return elapsedMs / count;
  }
}

async function main(): Promise<void> {
  const { backend } = await openBackend(Deno.args[0] ?? "tensorflow", { download: true });
  let run: Run = () => {};
  const answerTo = (question: Question): Answer => {
    switch (question.ask) {
      case "convolution":
        run = convolution(question);
        run();
        return {};
      case "network":
        run = networkStep(question.encoder, question.batch, question.size, question.engine);
        run();
        return {};
      case "time":
        return { ms: milliseconds(run, question.leastMs) };
      case "about":
        return { about: `guidedmix on ${backend.name}: ${backend.device}` };
      case "memory":
        return { peakBytes: peakBytes() };
    }
  };
  await answerLines(answerTo);
}

await main();
Deno.exit(0);
