import * as tf from "@tensorflow/tfjs-core";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import type { AnyTensor, FeatureMap, LabelMap } from "../nn/tensors.ts";
import { numbersOf, type Produced } from "./comparison.ts";
import type { TensorKind } from "./tolerances.ts";

/** Axis order that puts channels last: of `[N, C, H, W]`, `[N, C, L]`, `[N, C]`. */
function channelsLast(rank: number): number[] {
  return rank < 3 ? [...Array(rank).keys()] : [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
}

/** Axis order that puts channels second. */
function channelsSecond(rank: number): number[] {
  return rank < 3
    ? [...Array(rank).keys()]
    : [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
}

/** A stored tensor with its channels last, float32; the caller disposes it. */
export function inside(stored: StoredTensor | Produced): AnyTensor {
  return tf.tidy(() => {
    const tensor = tf.tensor(Float32Array.from(stored.data, Number), stored.shape as number[], "float32");
    return stored.shape.length < 3 ? tensor : tf.transpose(tensor, channelsLast(stored.shape.length));
  });
}

/** A stored `[N, C, H, W]` as `[N, H, W, C]`. */
export function featureMap(stored: StoredTensor | Produced): FeatureMap {
  return inside(stored) as FeatureMap;
}

/** A stored int64 `[N, H, W]` or `[N, 1, H, W]` as a label map. */
export function labelMap(stored: StoredTensor): LabelMap {
  const [n, h, w] = [stored.shape[0]!, stored.shape.at(-2)!, stored.shape.at(-1)!];
  return tf.tensor3d(Int32Array.from(numbersOf(stored)), [n, h, w], "int32");
}

/** Stored indices as numbers. */
export function indices(stored: StoredTensor): number[] {
  return Array.from(numbersOf(stored));
}

/** A tensor with channels last as a result with channels second. The tensor stays the caller's. */
export async function outside(tensor: AnyTensor, kind: TensorKind): Promise<Produced> {
  const turned = tensor.rank < 3 ? tf.clone(tensor) : tf.transpose(tensor, channelsSecond(tensor.rank));
  const produced = { kind, shape: turned.shape, data: await turned.data() };
  turned.dispose();
  return produced;
}

/** As `outside`, for tensors whose axes are the same here and there. */
export async function plain(tensor: AnyTensor, kind: TensorKind): Promise<Produced> {
  return { kind, shape: tensor.shape, data: await tensor.data() };
}

/** A scalar result. */
export function scalar(value: number, kind: TensorKind, shape: readonly number[] = []): Produced {
  return { kind, shape, data: [value] };
}

/** A row of numbers as a result. */
export function row(values: ArrayLike<number>, kind: TensorKind): Produced {
  return { kind, shape: [values.length], data: values };
}

/** Zeros in the shape of a stored tensor: a gradient where none flows. */
export function zerosLike(stored: StoredTensor, kind: TensorKind): Produced {
  return { kind, shape: stored.shape, data: new Float32Array(stored.data.length) };
}
