import type { StoredTensor } from "../formats/stored_tensor.ts";
import type { ReferenceTensor } from "./reference_folder.ts";
import { type TensorKind, toleranceOf } from "./tolerances.ts";

/** A tensor of ours beside which a reference is held, in the layout of files. */
export interface Produced {
  /** Which tolerance it has. */
  readonly kind: TensorKind;
  /** Axis lengths as in the file. */
  readonly shape: readonly number[];
  /** Row-major elements. */
  readonly data: ArrayLike<number>;
  /** Added to the tolerance, where it hangs on the values: pixels between two classes in an accuracy. */
  readonly slack?: number;
}

/** How a tensor of ours and its reference differ. */
export interface Comparison {
  /** Name in the reference. */
  readonly tensor: string;
  /** Which tolerance it has. */
  readonly kind: TensorKind;
  /** Elements that were compared: those whose reference is finite. */
  readonly elements: number;
  /** Elements whose reference is NaN or infinite. */
  readonly nonFinite: number;
  /** The largest absolute difference; infinite where ours is not finite or has another shape. */
  readonly difference: number;
  /** The largest that is allowed. */
  readonly tolerance: number;
  /** The reference's largest finite magnitude. */
  readonly maximum: number;
  /** Elements beyond the tolerance. */
  readonly beyond: number;
  /** Where the largest difference is, and both values there. */
  readonly worst: { readonly index: readonly number[]; readonly reference: number; readonly actual: number };
}

/** Values as numbers; int64 ones are exact up to 2^53. */
export function numbersOf({ data }: Pick<StoredTensor, "data">): ArrayLike<number> {
  return data instanceof BigInt64Array ? Array.from(data, Number) : data;
}

/** The index of a row-major position in a shape. */
export function indexOf(position: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = position;
  for (const size of [...shape].reverse()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}

/** The largest magnitude among finite values. */
export function largestFinite(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]!);
    if (magnitude > largest && magnitude < Infinity) largest = magnitude;
  }
  return largest;
}

/**
 * Holds a tensor of ours beside its reference.
 * @param weights The reference's gradient of the weights beside, where `ours` is a bias's that cancels
 */
export function compareTensors(
  tensor: string,
  reference: ReferenceTensor,
  ours: Produced,
  weights?: ReferenceTensor,
): Comparison {
  const expected = numbersOf(reference);
  const maximum = largestFinite(expected);
  const tolerance = (ours.slack ?? 0) + toleranceOf(
    ours.kind,
    maximum,
    reference.float64Difference,
    weights && largestFinite(numbersOf(weights)),
  );
  const fits = reference.shape.join() === ours.shape.join() && expected.length === ours.data.length;
  let [difference, position, beyond, nonFinite] = [-1, 0, 0, 0];
  for (let i = 0; i < expected.length; i++) {
    if (!Number.isFinite(expected[i])) {
      nonFinite++;
      continue;
    }
    const distance = fits ? Math.abs(expected[i]! - ours.data[i]!) : Infinity;
    const seen = Number.isNaN(distance) ? Infinity : distance;
    if (seen > tolerance) beyond++;
    if (seen > difference) [difference, position] = [seen, i];
  }
  return {
    tensor,
    kind: ours.kind,
    elements: expected.length - nonFinite,
    nonFinite,
    difference: Math.max(0, difference),
    tolerance,
    maximum,
    beyond,
    worst: {
      index: indexOf(position, reference.shape),
      reference: expected[position] ?? NaN,
      actual: fits ? ours.data[position] ?? NaN : NaN,
    },
  };
}

/** Difference divided by tolerance; above 1 is a failure. */
export function shareOfTolerance({ difference, tolerance }: Comparison): number {
  if (difference === 0) return 0;
  return tolerance === 0 ? Infinity : difference / tolerance;
}
