import * as tf from "@tensorflow/tfjs-core";
import type { EdgeDecisions, PoolChoices } from "../nn/edge_decisions.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import { type EdgeFindings, type SeenCall, settleEdges } from "./edge_findings.ts";
import { MOSTLY_LISTED, ownEdge, REFERENCE_EDGE } from "./edge_limits.ts";
import { type EdgeInput, listsEdges, readEdges, rectifierPath } from "./edge_lists.ts";
import type { Ledger } from "./ledger.ts";

/** Where an element of `[N, C, H, W]` lies in `[N, H, W, C]` of the given shape, both row-major. */
function channelsLast(index: number, [, h, w, c]: readonly number[]): number {
  const size = h! * w!;
  const position = index % size;
  const channel = Math.floor(index / size) % c!;
  const image = Math.floor(index / (size * c!));
  return (image * size + position) * c! + channel;
}

function largestOf(input: AnyTensor): AnyTensor {
  return tf.tidy(() => tf.max(tf.abs(input)));
}

/** Elements at row-major places. */
function at(tensor: AnyTensor, places: AnyTensor): AnyTensor {
  return tf.gather(tf.reshape(tensor, [-1]), places);
}

function places(listed: readonly number[], shape: readonly number[]): tf.Tensor1D {
  return tf.tensor1d(listed.map((index) => channelsLast(index, shape)), "int32");
}

/** 1 where a distance from the edge is within a share of the call's largest input. */
function isNear(distance: AnyTensor, largest: AnyTensor, share: number): AnyTensor {
  return tf.cast(tf.lessEqual(tf.abs(distance), tf.mul(largest, share)), "float32");
}

/** 1 where the input is above 0, but at listed places where the reference's is, if both are near 0. */
function gateOf(input: AnyTensor, largest: AnyTensor, listed: readonly EdgeInput[], edge: number): AnyTensor {
  return tf.tidy(() => {
    const where = tf.expandDims(places(listed.map(({ index }) => index), input.shape), 1);
    const spread = (values: AnyTensor) => tf.reshape(tf.scatterND(where, values, [input.size]), input.shape);
    const own = tf.cast(tf.greater(input, 0), "float32");
    const values = tf.tensor1d(listed.map(({ value }) => value!), "float32");
    const passes = spread(tf.cast(tf.greater(values, 0), "float32"));
    const taken = tf.mul(spread(isNear(values, largest, REFERENCE_EDGE)), isNear(input, largest, edge));
    return tf.add(own, tf.mul(taken, tf.sub(passes, own)));
  });
}

/** 1 where a chosen input is below its window's largest by little: one above is none of the window. */
function choiceHolds(below: AnyTensor, largest: AnyTensor, edge: number): AnyTensor {
  return tf.tidy(() => tf.mul(isNear(below, largest, edge), tf.cast(tf.greaterEqual(below, 0), "float32")));
}

/** How many inputs are so near to 0 that they should be listed. */
function countNearest(input: AnyTensor, largest: AnyTensor): AnyTensor {
  return tf.tidy(() => tf.sum(isNear(input, largest, MOSTLY_LISTED)));
}

/** Lets gradients pass as a step of a reference did, at the inputs that it lists. Dispose it after the step. */
export class ReferenceDecisions implements EdgeDecisions {
  #listed: Map<string, EdgeInput[]>;
  #calls = new Map<string, number>();
  #seen: SeenCall[] = [];

  /** Decisions of a step in which nothing ran yet. @param step From 1 */
  constructor(readonly step: number, listed: readonly EdgeInput[]) {
    this.#listed = Map.groupBy(listed, ({ module, call }) => `${module} ${call}`);
  }

  /** @inheritdoc */
  rectifier(name: string, input: AnyTensor): AnyTensor | undefined {
    const seen = this.#begin(rectifierPath(name), input, (edge) => edge.value !== undefined);
    const { listed, largest } = seen;
    const nearest = countNearest(input, largest);
    if (listed.length === 0) {
      this.#seen.push({ ...seen, nearest });
      return undefined;
    }
    const values = tf.tidy(() => at(input, places(listed.map(({ index }) => index), input.shape)));
    this.#seen.push({ ...seen, nearest, distances: values });
    return gateOf(input, largest, listed, ownEdge(this.step));
  }

  /** @inheritdoc */
  maxPool(name: string, input: AnyTensor, output: AnyTensor): PoolChoices | undefined {
    const seen = this.#begin(name, input, ({ window }) => window !== undefined && window < output.size);
    const { listed, largest } = seen;
    if (listed.length === 0) {
      this.#seen.push(seen);
      return undefined;
    }
    const windows = places(listed.map(({ window }) => window!), output.shape);
    const inputs = places(listed.map(({ index }) => index), input.shape);
    const distances = tf.tidy(() => tf.sub(at(output, windows), at(input, inputs)));
    this.#seen.push({ ...seen, distances });
    return { windows, inputs, holds: choiceHolds(distances, largest, ownEdge(this.step)) };
  }

  /** What the step had where the reference decided. Call it when the step has run. */
  async findings(): Promise<EdgeFindings> {
    return await settleEdges(this.step, this.#seen, [...this.#listed.values()].flat());
  }

  /** Frees what it kept of the step. */
  dispose(): void {
    for (const { largest, nearest, distances } of this.#seen) {
      for (const tensor of [largest, nearest, distances]) tensor?.dispose();
    }
    this.#seen = [];
  }

  /** Counts a call, and finds what is listed for it and lies inside. */
  #begin(module: string, input: AnyTensor, fits: (edge: EdgeInput) => boolean): SeenCall {
    const call = this.#calls.get(module) ?? 0;
    this.#calls.set(module, call + 1);
    const all = this.#listed.get(`${module} ${call}`) ?? [];
    this.#listed.delete(`${module} ${call}`);
    const listed = all.filter((edge) => fits(edge) && edge.index >= 0 && edge.index < input.size);
    const outside = all.length - listed.length;
    return { module, call, shape: input.shape, listed, outside, largest: largestOf(input) };
  }
}

/** The decisions of a step of a training case; none where its file has no lists. */
export function referenceDecisions(ledger: Ledger, step: number): ReferenceDecisions | undefined {
  return listsEdges(ledger.file) ? new ReferenceDecisions(step, readEdges(ledger, step)) : undefined;
}
