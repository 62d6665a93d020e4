import * as tf from "@tensorflow/tfjs-core";
import type { RectifierGates } from "../nn/rectifier_gates.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import { type EdgeFindings, type SeenCall, settleEdges } from "./edge_findings.ts";
import { OWN_EDGE, SURELY_LISTED } from "./edge_limits.ts";
import type { Ledger } from "./ledger.ts";
import { type EdgeInput, listsEdges, readEdges, rectifierPath } from "./rectifier_edges.ts";

/** Where an element of `[N, C, H, W]` lies in `[N, H, W, C]`, both row-major. */
function channelsLast(index: number, [, h, w, c]: readonly number[]): number {
  const size = h! * w!;
  const position = index % size;
  const channel = Math.floor(index / size) % c!;
  const image = Math.floor(index / (size * c!));
  return (image * size + position) * c! + channel;
}

/** What is kept of a call until it can be read. */
function look(input: AnyTensor, positions: readonly number[]): Pick<SeenCall, "largest" | "near" | "inputs"> {
  return tf.tidy(() => {
    const magnitudes = tf.abs(input);
    const largest = tf.max(magnitudes);
    const near = tf.sum(tf.cast(tf.lessEqual(magnitudes, tf.mul(largest, SURELY_LISTED)), "float32"));
    if (positions.length === 0) return { largest, near };
    const inputs = tf.gather(tf.reshape(input, [-1]), tf.tensor1d([...positions], "int32"));
    return { largest, near, inputs };
  });
}

/** 1 where `input` is above 0, but at the listed places what is listed, where ours is within `OWN_EDGE` too. */
function gateOf(
  input: AnyTensor,
  largest: AnyTensor,
  listed: readonly EdgeInput[],
  places: readonly number[],
) {
  const given = new Float32Array(input.size);
  const passes = new Float32Array(input.size);
  listed.forEach((edge, i) => {
    given[places[i]!] = 1;
    passes[places[i]!] = edge.input > 0 ? 1 : 0;
  });
  return tf.tidy(() => {
    const own = tf.cast(tf.greater(input, 0), "float32");
    const within = tf.cast(tf.lessEqual(tf.abs(input), tf.mul(largest, OWN_EDGE)), "float32");
    const taken = tf.mul(tf.tensor(given, input.shape), within);
    return tf.add(own, tf.mul(taken, tf.sub(tf.tensor(passes, input.shape), own)));
  });
}

/** Lets gradients pass as a step of a reference did, at the inputs that it lists. Dispose it after the step. */
export class EdgeGates implements RectifierGates {
  #listed: Map<string, EdgeInput[]>;
  #calls = new Map<string, number>();
  #seen: SeenCall[] = [];

  /** Gates of a step in which nothing ran yet. @param step From 1 */
  constructor(readonly step: number, listed: readonly EdgeInput[]) {
    this.#listed = Map.groupBy(listed, ({ rectifier, call }) => `${rectifier} ${call}`);
  }

  /** @inheritdoc */
  gate(name: string, input: AnyTensor): AnyTensor | undefined {
    const rectifier = rectifierPath(name);
    const call = this.#calls.get(rectifier) ?? 0;
    this.#calls.set(rectifier, call + 1);
    const all = this.#listed.get(`${rectifier} ${call}`) ?? [];
    this.#listed.delete(`${rectifier} ${call}`);
    const listed = all.filter(({ index }) => index >= 0 && index < input.size);
    const places = listed.map(({ index }) => channelsLast(index, input.shape));
    const seen = look(input, places);
    this.#seen.push({
      rectifier,
      call,
      shape: input.shape,
      listed,
      outside: all.length - listed.length,
      ...seen,
    });
    return listed.length === 0 ? undefined : gateOf(input, seen.largest, listed, places);
  }

  /** What the step's rectifiers had where the reference decided. Call it when the step has run. */
  async findings(): Promise<EdgeFindings> {
    return await settleEdges(this.step, this.#seen, [...this.#listed.values()].flat());
  }

  /** Frees what it kept of the step. */
  dispose(): void {
    for (const { largest, near, inputs } of this.#seen) {
      tf.dispose([largest, near, ...(inputs ? [inputs] : [])]);
    }
    this.#seen = [];
  }
}

/** The gates of a step of a training case; none where its file has no lists. */
export function edgeGates(ledger: Ledger, step: number): EdgeGates | undefined {
  return listsEdges(ledger.file) ? new EdgeGates(step, readEdges(ledger, step)) : undefined;
}
