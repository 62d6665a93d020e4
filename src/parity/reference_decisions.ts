import * as tf from "@tensorflow/tfjs-core";
import type { EdgeDecisions, PoolChoices } from "../nn/edge_decisions.ts";
import { gatherRows } from "../nn/gather_rows.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import { type EdgeFindings, type SeenCall, settleEdges } from "./edge_findings.ts";
import { MOSTLY_LISTED, ownEdge, REFERENCE_EDGE } from "./edge_limits.ts";
import { listsEdges, readEdges, rectifierPath } from "./edge_lists.ts";
import type { EdgeInput } from "./edge_input.ts";
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
  return gatherRows(tf.reshape(tensor, [-1]), places);
}

function places(listed: readonly number[], shape: readonly number[]): tf.Tensor1D {
  return tf.tensor1d(listed.map((index) => channelsLast(index, shape)), "int32");
}

/** 1 where a distance from the edge is within a share of the call's largest input. */
function isNear(distance: AnyTensor, largest: AnyTensor, share: number): AnyTensor {
  return tf.cast(tf.lessEqual(tf.abs(distance), tf.mul(largest, share)), "float32");
}

/** How far rectifier inputs lie inside of the bounds: the gradient passes where that is above 0. A new tensor. */
function insideOf(input: AnyTensor, upper: number | undefined): AnyTensor {
  return upper === undefined ? tf.clone(input) : tf.tidy(() => tf.minimum(input, tf.sub(upper, input)));
}

/** The same of a listed input. */
function listedInside(edge: EdgeInput, upper: number | undefined): EdgeInput {
  return upper === undefined ? edge : { ...edge, value: Math.min(edge.value!, upper - edge.value!) };
}

/** 1 where the input is inside of the bounds, but at listed places where the reference's is, if both are near one. */
function gateOf(
  inside: AnyTensor,
  largest: AnyTensor,
  listed: readonly EdgeInput[],
  edge: number,
): AnyTensor {
  return tf.tidy(() => {
    const where = tf.expandDims(places(listed.map(({ index }) => index), inside.shape), 1);
    const spread = (values: AnyTensor) =>
      tf.reshape(tf.scatterND(where, values, [inside.size]), inside.shape);
    const own = tf.cast(tf.greater(inside, 0), "float32");
    const values = tf.tensor1d(listed.map(({ value }) => value!), "float32");
    const passes = spread(tf.cast(tf.greater(values, 0), "float32"));
    const taken = tf.mul(spread(isNear(values, largest, REFERENCE_EDGE)), isNear(inside, largest, edge));
    return tf.add(own, tf.mul(taken, tf.sub(passes, own)));
  });
}

/** 1 where a chosen input is below its window's largest by little: one above is none of the window. */
function choiceHolds(below: AnyTensor, largest: AnyTensor, edge: number): AnyTensor {
  return tf.tidy(() => tf.mul(isNear(below, largest, edge), tf.cast(tf.greaterEqual(below, 0), "float32")));
}

/** How many inputs are so near to a bound that they should be listed. */
function countNearest(inside: AnyTensor, largest: AnyTensor): AnyTensor {
  return tf.tidy(() => tf.sum(isNear(inside, largest, MOSTLY_LISTED)));
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
  rectifier(name: string, input: AnyTensor, upper?: number): AnyTensor | undefined {
    const call = this.#begin(rectifierPath(name), input, (edge) => edge.value !== undefined);
    const seen = { ...call, listed: call.listed.map((edge) => listedInside(edge, upper)) };
    const inside = insideOf(input, upper);
    const gate = this.#gate(seen, inside);
    inside.dispose();
    return gate;
  }

  #gate(seen: SeenCall, inside: AnyTensor): AnyTensor | undefined {
    const { listed, largest } = seen;
    const nearest = countNearest(inside, largest);
    if (listed.length === 0) {
      this.#seen.push({ ...seen, nearest });
      return undefined;
    }
    const distances = tf.tidy(() => at(inside, places(listed.map(({ index }) => index), inside.shape)));
    this.#seen.push({ ...seen, nearest, distances });
    return gateOf(inside, largest, listed, ownEdge(this.step));
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

  /** @inheritdoc */
  kept(): AnyTensor[] {
    return this.#seen.flatMap(({ largest, nearest, distances }) => [largest, nearest, distances])
      .filter((tensor) => tensor !== undefined);
  }

  /** @inheritdoc */
  putKept(tensors: readonly AnyTensor[]): void {
    const left = [...tensors];
    const next = (before: AnyTensor | undefined) => before && left.shift()!;
    this.#seen = this.#seen.map((seen) => {
      const { largest, nearest, distances, ...call } = seen;
      return { ...call, largest: next(largest)!, nearest: next(nearest), distances: next(distances) };
    });
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
