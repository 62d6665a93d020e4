import type { AnyTensor } from "../nn/tensors.ts";
import { indexOf } from "./comparison.ts";
import { OWN_EDGE, SURELY_LISTED } from "./edge_limits.ts";
import type { EdgeInput } from "./rectifier_edges.ts";

/** A call of a rectifier of ours, and what the reference lists for it. */
export interface SeenCall {
  /** Module path in the official model. */
  readonly rectifier: string;
  /** Which call of it in the step, from 0. */
  readonly call: number;
  /** Of the input, `[N, H, W, C]`. */
  readonly shape: readonly number[];
  /** What is listed and lies inside of the input. */
  readonly listed: readonly EdgeInput[];
  /** How many listed inputs do not. */
  readonly outside: number;
  /** Our largest input, a scalar. */
  readonly largest: AnyTensor;
  /** How many of ours are within `SURELY_LISTED`, a scalar. */
  readonly near: AnyTensor;
  /** Ours at the listed places. */
  readonly inputs?: AnyTensor;
}

/** A rectifier's decision that was taken from the reference because ours is the other one. */
export interface EdgeDecision {
  /** Of the case, from 1. */
  readonly step: number;
  /** Module path in the official model. */
  readonly rectifier: string;
  /** Which call of it in the step, from 0. */
  readonly call: number;
  /** In `[N, C, H, W]`. */
  readonly index: readonly number[];
  /** The reference's input. */
  readonly reference: number;
  /** Our input. */
  readonly actual: number;
  /** The largest magnitude among the inputs of that call here. */
  readonly largest: number;
}

/** What a step's rectifiers had where the reference decided. */
export interface EdgeFindings {
  /** Inputs that the reference lists. */
  readonly listed: number;
  /** Those at which ours would have decided otherwise. */
  readonly taken: readonly EdgeDecision[];
  /** What is wrong with the list, in sentences. */
  readonly complaints: readonly string[];
}

/** A listed input beside ours. */
function besides(step: number, call: SeenCall, largest: number, inputs: ArrayLike<number>): EdgeDecision[] {
  const [n, h, w, c] = call.shape as [number, number, number, number];
  return call.listed.map(({ index, input }, i) => ({
    step,
    rectifier: call.rectifier,
    call: call.call,
    index: indexOf(index, [n, c, h, w]),
    reference: input,
    actual: inputs[i]!,
    largest,
  }));
}

function isAtEdge({ reference, actual, largest }: EdgeDecision): boolean {
  return Math.max(Math.abs(reference), Math.abs(actual)) <= OWN_EDGE * largest;
}

function where({ rectifier, call }: { readonly rectifier: string; readonly call: number }): string {
  return `"${rectifier}" (call ${call})`;
}

function cannotTake(step: number, state: string, rule: string): string {
  return `Cannot take decisions of rectifiers from the reference in step ${step}: ${state}, expected ${rule}`;
}

function farText(step: number, far: readonly EdgeDecision[]): string[] {
  const [first] = far;
  if (first === undefined) return [];
  const rest = far.length === 1 ? "" : `, and ${far.length - 1} more such inputs`;
  return [
    cannotTake(
      step,
      `input [${first.index.join(", ")}] of ${
        where(first)
      } is ${first.actual} here and ${first.reference} there${rest}`,
      `both within ${OWN_EDGE} of the largest input, ${first.largest}`,
    ),
  ];
}

function outsideText(step: number, { outside, shape, ...call }: SeenCall): string[] {
  const [n, h, w, c] = shape;
  if (outside === 0) return [];
  return [cannotTake(step, `${outside} places of ${where(call)} are listed`, `places in [${[n, c, h, w]}]`)];
}

function uncalledText(step: number, uncalled: readonly EdgeInput[]): string[] {
  const calls = new Set(uncalled.map(where));
  if (calls.size === 0) return [];
  return [
    cannotTake(step, `${[...calls].slice(0, 5).join(", ")} did not run here`, "rectifiers of the case"),
  ];
}

/** In the first step, where nothing but rounding parts the two, all that is nearest to 0 must be listed. */
function unlistedText(step: number, call: SeenCall, near: number, seen: readonly EdgeDecision[]): string[] {
  const listed = seen.filter(({ actual, largest }) => Math.abs(actual) <= SURELY_LISTED * largest).length;
  if (step > 1 || near <= listed) return [];
  return [
    `Cannot trust the list of rectifier inputs at 0 in step ${step}: ${
      near - listed
    } of the ${near} inputs of ` +
    `${where(call)} within ${SURELY_LISTED} of the largest are not listed, expected all`,
  ];
}

async function settleCall(step: number, call: SeenCall) {
  const largest = (await call.largest.data())[0]!;
  const near = (await call.near.data())[0]!;
  const seen = besides(step, call, largest, await call.inputs?.data() ?? []);
  const complaints = [...outsideText(step, call), ...unlistedText(step, call, near, seen)];
  return { seen, complaints };
}

/**
 * Holds what a step's rectifiers had beside what the reference lists.
 * @param uncalled Listed for calls that did not happen
 */
export async function settleEdges(
  step: number,
  calls: readonly SeenCall[],
  uncalled: readonly EdgeInput[],
): Promise<EdgeFindings> {
  const settled = [];
  for (const call of calls) settled.push(await settleCall(step, call));
  const seen = settled.flatMap((one) => one.seen);
  const far = seen.filter((one) => !isAtEdge(one));
  return {
    listed: seen.length,
    taken: seen.filter((one) => isAtEdge(one) && one.reference > 0 !== one.actual > 0),
    complaints: [
      ...farText(step, far),
      ...uncalledText(step, uncalled),
      ...settled.flatMap(({ complaints }) => complaints),
    ],
  };
}
