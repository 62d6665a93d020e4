import type { AnyTensor } from "../nn/tensors.ts";
import { indexOf } from "./comparison.ts";
import { MOSTLY_LISTED, ownEdge, REFERENCE_EDGE } from "./edge_limits.ts";
import type { EdgeInput } from "./edge_input.ts";

/** A call of a rectifier or max pool of ours, and what the reference lists for it. */
export interface SeenCall {
  /** Module path in the official model. */
  readonly module: string;
  /** Which call of it in the step, from 0. */
  readonly call: number;
  /** Of the input, `[N, H, W, C]`. */
  readonly shape: readonly number[];
  /** What is listed and lies inside of input and output. */
  readonly listed: readonly EdgeInput[];
  /** How many listed inputs do not. */
  readonly outside: number;
  /** The largest magnitude among our inputs, a scalar. */
  readonly largest: AnyTensor;
  /** Of a rectifier: how many of our inputs are within `MOSTLY_LISTED` of a bound, a scalar. */
  readonly nearest?: AnyTensor;
  /**
   * At the listed places, where there are some: how far our inputs of a rectifier lie inside of its bounds (of one without
   * an upper bound, the input itself), or how far they are below their window's largest.
   */
  readonly distances?: AnyTensor;
}

/** A listed input beside ours. */
export interface EdgeDecision {
  /** Of the case, from 1. */
  readonly step: number;
  /** Module path in the official model. */
  readonly module: string;
  /** Which call of it in the step, from 0. */
  readonly call: number;
  /** Of the input, in `[N, C, H, W]`. */
  readonly index: readonly number[];
  /** How far the reference's rectifier input lies inside of the bounds, below 0 outside; absent for a max pool. */
  readonly reference?: number;
  /** The same of ours, or how far our input is below the largest of the window that the reference chose it for. */
  readonly actual: number;
  /** The largest magnitude among our inputs of that call. */
  readonly largest: number;
}

/** What a step had where the reference decided. */
export interface EdgeFindings {
  /** Inputs that the reference lists and that are there. */
  readonly listed: number;
  /** Those at which ours would have decided otherwise. */
  readonly taken: readonly EdgeDecision[];
  /** What is wrong with the list, in sentences. */
  readonly complaints: readonly string[];
}

function besides(
  step: number,
  seen: SeenCall,
  largest: number,
  distances: ArrayLike<number>,
): EdgeDecision[] {
  const { module, call, shape: [n, h, w, c] } = seen;
  return seen.listed.map(({ index, value }, i) => ({
    step,
    module,
    call,
    index: indexOf(index, [n!, c!, h!, w!]),
    reference: value,
    actual: distances[i]!,
    largest,
  }));
}

function isAtEdge({ step, reference, actual, largest }: EdgeDecision): boolean {
  if (reference === undefined) return actual >= 0 && actual <= ownEdge(step) * largest;
  return Math.abs(reference) <= REFERENCE_EDGE * largest && Math.abs(actual) <= ownEdge(step) * largest;
}

/** Whether ours would decide otherwise. */
function differs({ reference, actual }: EdgeDecision): boolean {
  return reference === undefined ? actual > 0 : reference > 0 !== actual > 0;
}

function named({ module, call }: { readonly module: string; readonly call: number }): string {
  return `"${module}" (call ${call})`;
}

function cannotTake(step: number, state: string, rule: string): string {
  return `Cannot take decisions at an edge from the reference in step ${step}: ${state}, expected ${rule}`;
}

function farText(step: number, far: readonly EdgeDecision[]): string[] {
  const [first] = far;
  if (first === undefined) return [];
  const { index, reference, actual, largest } = first;
  const more = far.length === 1 ? "" : `, and ${far.length - 1} more are such`;
  const [state, rule] = reference === undefined
    ? [`is chosen there and ${actual} below its window's largest here`, `0 to ${ownEdge(step)}`]
    : [`is ${actual} here and ${reference} there`, `at most ${ownEdge(step)} and ${REFERENCE_EDGE}`];
  const input = `input [${index.join(", ")}] of ${named(first)}`;
  return [cannotTake(step, `${input} ${state}${more}`, `${rule} of the largest input, ${largest}`)];
}

function outsideText(step: number, seen: SeenCall): string[] {
  const { outside, shape: [n, h, w, c] } = seen;
  if (outside === 0) return [];
  const rule = `places inside of [${[n, c, h, w].join(", ")}] and its windows`;
  return [cannotTake(step, `${outside} of those listed for ${named(seen)} are not there`, rule)];
}

function uncalledText(step: number, uncalled: readonly EdgeInput[]): string[] {
  const calls = [...new Set(uncalled.map(named))];
  if (calls.length === 0) return [];
  return [cannotTake(step, `${calls.slice(0, 5).join(", ")} did not run here`, "calls of the step")];
}

/** In the first step, where nothing but rounding parts the two, most of what is nearest to a bound must be listed. */
function unlistedText(step: number, nearest: number, beside: readonly EdgeDecision[]): string[] {
  const isNearest = ({ reference, actual, largest }: EdgeDecision) =>
    reference !== undefined && Math.abs(actual) <= MOSTLY_LISTED * largest;
  const listed = beside.filter(isNearest).length;
  const missing = nearest - listed;
  if (step > 1 || missing <= Math.max(2, listed)) return [];
  return [
    `Cannot trust the list of decisions at an edge in step ${step}: of the ${nearest} rectifier inputs within ` +
    `${MOSTLY_LISTED} of their call's largest ${listed} are listed, expected most of them`,
  ];
}

async function settleCall(step: number, seen: SeenCall) {
  const [largest] = await seen.largest.data();
  const [nearest] = await seen.nearest?.data() ?? [0];
  const beside = besides(step, seen, largest!, await seen.distances?.data() ?? []);
  return { beside, nearest: nearest!, complaints: outsideText(step, seen) };
}

/**
 * Holds what a step's rectifiers and max pools had beside what the reference lists.
 * @param uncalled Listed for calls that did not happen
 */
export async function settleEdges(
  step: number,
  calls: readonly SeenCall[],
  uncalled: readonly EdgeInput[],
): Promise<EdgeFindings> {
  const settled = [];
  for (const call of calls) settled.push(await settleCall(step, call));
  const beside = settled.flatMap((one) => one.beside);
  return {
    listed: beside.length,
    taken: beside.filter((one) => isAtEdge(one) && differs(one)),
    complaints: [
      ...farText(step, beside.filter((one) => !isAtEdge(one))),
      ...uncalledText(step, uncalled),
      ...settled.flatMap(({ complaints }) => complaints),
      ...unlistedText(step, settled.reduce((sum, { nearest }) => sum + nearest, 0), beside),
    ],
  };
}
