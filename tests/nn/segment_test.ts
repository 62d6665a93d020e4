/** Segments of a tape that recomputes: gradients bit for bit, what is held, and what must happen only once. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { linearCombination } from "../../src/nn/arithmetic.ts";
import {
  BATCH_NORM_EPSILON,
  batchNormKernels,
  batchNormRepeated,
  batchNormTraining,
} from "../../src/nn/batch_norm.ts";
import type { BatchNormKernels } from "../../src/nn/batch_norm_kernels.ts";
import { convolution } from "../../src/nn/convolution.ts";
import { addRelu, relu } from "../../src/nn/relu.ts";
import { Tape, type Value } from "../../src/nn/tape.ts";
import { normal, numericTest, take } from "../numeric.ts";

const AROUND = { stride: 1, dilation: 1, padding: 1 };
const SHAPE = [2, 9, 9, 8];

/** Input, a kernel and two scales. */
function inputs(): tf.Tensor[] {
  return [normal(SHAPE, "x"), normal([3, 3, 8, 8], "w"), tf.ones([8]), tf.zeros([8])];
}

/** Convolution, norm, rectifier, and the input added: a residual block in small. */
function block(tape: Tape, x: Value, parameters: readonly tf.Tensor[]): Value {
  return tape.segment([x], () => {
    const [weights, gamma, beta] = parameters.map((one) => tape.parameter(one)) as [Value, Value, Value];
    const map = convolution(tape, x, weights, AROUND);
    if (tape.repeating) {
      return addRelu(tape, batchNormRepeated(tape, map, { gamma, beta }, { relu: true }), x);
    }
    const { output, statistics } = batchNormTraining(tape, map, { gamma, beta }, { relu: true });
    tf.dispose([statistics.mean, statistics.variance]);
    return addRelu(tape, output, x);
  });
}

/** Three blocks of the same parameters, the input a parameter too, and one use of it outside of them. */
function network(tape: Tape, [input, ...parameters]: readonly tf.Tensor[]): Value {
  const x = tape.parameter(input!);
  const blocks = tape.scope(() => [0, 1, 2].reduce((value) => block(tape, value, parameters), x));
  return linearCombination(tape, [[1, blocks], [0.5, x]]);
}

function gradientsOf(tensors: readonly tf.Tensor[], recompute: boolean): Float32Array[] {
  const tape = new Tape({ recompute });
  const gradients = tape.backwardFrom([[network(tape, tensors), normal(SHAPE, "dy")]]);
  const taken = tensors.map((tensor) => take(gradients.get(tensor)!));
  tape.dispose();
  return taken;
}

numericTest("Tape.segment() computed again gives the plain way's gradients bit for bit", () => {
  const tensors = inputs();
  assert.deepEqual(gradientsOf(tensors, true), gradientsOf(tensors, false));
  tf.dispose(tensors);
});

numericTest(
  "Tape.backwardInto() hands over a segment's gradients when its last run is done, in the same order",
  () => {
    const order = (recompute: boolean) => {
      const tensors = inputs();
      const tape = new Tape({ recompute });
      const total = tape.scope(() => {
        const out = network(tape, tensors);
        return tape.apply({
          inputs: [out],
          output: tf.sum(out.tensor),
          backward: (dy) => [tf.tidy(() => tf.mul(normal(SHAPE, "dy"), dy))],
        });
      });
      const taken: (readonly [number, Float32Array])[] = [];
      tape.backwardInto(total, (parameter, gradient) => {
        taken.push([tensors.indexOf(parameter), take(gradient)]);
        parameter.dispose(); // as an update does
      });
      tape.dispose();
      return taken;
    };
    const [again, plain] = [order(true), order(false)];
    assert.equal(again.length, 4);
    assert.deepEqual(again, plain);
  },
);

numericTest("Tape that recomputes holds the beginning of each segment, and less at its peak", (backend) => {
  // computed, so that they lie on the device already
  const tensors = tf.tidy(() => inputs().map((tensor) => tf.add(tensor, 0)));
  const map = 4 * tensors[0]!.size;
  const run = (recompute: boolean) => {
    const tape = new Tape({ recompute });
    const [start, before] = [backend.memory().bytes, backend.memory().tensors];
    backend.resetPeakMemory();
    const x = tape.parameter(tensors[0]!);
    const output = tape.scope(() => [0, 1, 2, 3].reduce((value) => block(tape, value, tensors.slice(1)), x));
    const held = Math.round((backend.memory().bytes - start) / map);
    const gradients = tape.backwardFrom([[output, tf.ones(SHAPE)]]);
    assert.equal(gradients.size, tensors.length);
    tf.dispose([...gradients.values()]);
    tape.dispose();
    assert.equal(backend.memory().tensors, before);
    return { held, peak: (backend.memory().peakBytes - start) / map };
  };
  const [again, plain] = [run(true), run(false)];
  assert.equal(again.held, 4, "four results, each the next one's beginning");
  assert.equal(plain.held, 12, "of each block the convolution's, the norm's and its own result");
  assert.ok(again.peak < plain.peak - 4, `peaks of ${again.peak} and ${plain.peak} maps`);
  tf.dispose(tensors);
}, ["tensorflow"]);

numericTest(
  "Tape.segment() is a scope on a tape that does not recompute, record, or is in withoutGradient()",
  () => {
    const x = tf.tensor([3]);
    const runs = (tape: Tape, within = (f: () => Value) => f()) => {
      let count = 0;
      const output = within(() =>
        tape.segment([tape.parameter(x)], () => {
          count++;
          return relu(tape, tape.parameter(x));
        })
      );
      tf.dispose([...tape.backwardFrom([[output, tf.ones([1])]]).values()]);
      tape.dispose();
      return count;
    };
    assert.equal(runs(new Tape({ recompute: true })), 2);
    assert.equal(runs(new Tape()), 1);
    assert.equal(runs(new Tape({ recompute: true, recording: false })), 1);
    const paused = new Tape({ recompute: true });
    assert.equal(runs(paused, (f) => paused.withoutGradient(f)), 1);
    x.dispose();
  },
);

numericTest("Tape.segment() within a segment is a part of it", () => {
  const x = tf.tensor([3, -1]);
  const tape = new Tape({ recompute: true });
  let inner = 0;
  const v = tape.parameter(x);
  const output = tape.segment([v], () => {
    const first = tape.segment([v], () => {
      inner++;
      return linearCombination(tape, [[2, v]]);
    });
    return relu(tape, first);
  });
  assert.deepEqual([...take(tape.backwardFrom([[output, tf.ones([2])]]).get(x)!)], [2, 0]);
  assert.equal(inner, 2);
  tape.dispose();
  x.dispose();
});

numericTest("Tape.recall() gives in the second run what remember() kept in the first, in its order", () => {
  const x = tf.tensor([3]);
  const tape = new Tape({ recompute: true });
  const seen: number[] = [];
  const output = tape.segment([], () => {
    for (const value of [7, 8]) {
      const tensor = tape.repeating ? tape.recall()[0]! : tf.tensor([value]);
      if (tape.repeating) seen.push(tensor.dataSync()[0]!);
      tape.remember([tensor]);
      tensor.dispose();
    }
    return relu(tape, tape.parameter(x));
  });
  assert.throws(() => tape.recall(), /no segment is run again/);
  tf.dispose([...tape.backwardFrom([[output, tf.ones([1])]]).values()]);
  assert.deepEqual(seen, [7, 8]);
  tape.dispose();
  x.dispose();
});

numericTest(
  "Tape frees everything when a segment fails in its first or second run, or is never run again",
  () => {
    const x = tf.tensor([3]);
    for (const failing of [1, 2, 3]) {
      const tape = new Tape({ recompute: true });
      let run = 0;
      const attempt = () => {
        const output = tape.segment([], () => {
          const value = relu(tape, tape.parameter(x));
          tape.remember([value.tensor]);
          if (++run === failing) throw new Error("on purpose");
          if (tape.repeating) tf.dispose(tape.recall());
          return relu(tape, value);
        });
        if (failing < 3) tf.dispose([...tape.backwardFrom([[output, tf.ones([1])]]).values()]);
      };
      if (failing < 3) assert.throws(attempt, /on purpose/);
      else attempt();
      tape.dispose();
    }
    x.dispose();
  },
);

numericTest("Tape.recall() refuses a second run that is longer than the first", () => {
  const x = tf.tensor([3]);
  const tape = new Tape({ recompute: true });
  const output = tape.segment([], () => {
    if (tape.repeating) tape.recall();
    return relu(tape, tape.parameter(x));
  });
  assert.throws(() => tape.backwardFrom([[output, tf.ones([1])]]), /asks for more than it kept/);
  tape.dispose();
  x.dispose();
});

numericTest("batchNormRepeated() takes statistics that cost a gather from the first run", () => {
  const tensors = inputs();
  const [x, , scale, shift] = tensors as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const plain = batchNormKernels();
  const calls: string[] = [];
  const kernels: BatchNormKernels = {
    forward(...given) {
      calls.push("forward");
      const { saved, ...batch } = plain.forward(...given);
      tf.dispose([...saved]);
      return { ...batch, saved: [tf.clone(batch.mean)] };
    },
    forwardAgain(input, gamma, beta, saved, epsilon) {
      calls.push("again");
      const { output, ...rest } = plain.forward(input, gamma, beta, epsilon);
      assert.deepEqual(saved[0]!.dataSync(), rest.mean.dataSync());
      tf.dispose([rest.mean, rest.variance, ...rest.saved]);
      return output;
    },
    gradient(dy, _input, gamma, _saved, epsilon) {
      assert.equal(epsilon, BATCH_NORM_EPSILON);
      return [tf.clone(dy), tf.zerosLike(gamma), tf.zerosLike(gamma)];
    },
  };
  const tape = new Tape({ recompute: true });
  const value = tape.parameter(x);
  const output = tape.segment([value], () => {
    const affine = { gamma: tape.parameter(scale), beta: tape.parameter(shift) };
    if (tape.repeating) return batchNormRepeated(tape, value, affine, { kernels });
    const { output, statistics } = batchNormTraining(tape, value, affine, { kernels });
    tf.dispose([statistics.mean, statistics.variance]);
    return output;
  });
  tf.dispose([...tape.backwardFrom([[output, tf.ones(SHAPE)]]).values()]);
  assert.deepEqual(calls, ["forward", "again"]);
  tape.dispose();
  tf.dispose(tensors);
});
