/** Reference tensors of PyTorch that lie beside the project (NCHW in their files). */
import * as tf from "@tensorflow/tfjs-core";
import { decodeSafetensors } from "../src/formats/safetensors.ts";
import type { StoredTensor } from "../src/formats/stored_tensor.ts";
import { missingData, sharedPath } from "./support.ts";

/** Why the file of reference tensors cannot be used; undefined where it can. */
export function missingReference(file: string): string | undefined {
  return missingData(`reference/seed1234/${file}.safetensors`);
}

/** The tensors of one reference file, by name; empty where it is missing. */
export function readReference(file: string): ReadonlyMap<string, StoredTensor> {
  const path = sharedPath(`reference/seed1234/${file}.safetensors`);
  return path === undefined ? new Map() : decodeSafetensors(Deno.readFileSync(path)).tensors;
}

/** float32 `[N, C, H, W]` of a file as a tensor `[N, H, W, C]`; the caller disposes it. */
export function channelsLast({ data, shape }: StoredTensor): tf.Tensor4D {
  return tf.tidy(() => {
    const stored = tf.tensor(data as Float32Array, shape as [number, number, number, number]);
    return tf.transpose(stored, [0, 2, 3, 1]) as tf.Tensor4D;
  });
}
