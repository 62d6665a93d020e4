/** Where the timed training steps of both sides begin: one file with a network's parameters and a batch of noise. */
import * as tf from "@tensorflow/tfjs-core";
import { type RandomStream, randomStream } from "../../src/core/random.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { Network } from "../../src/model/network.ts";
import type { FeatureMap, LabelMap } from "../../src/nn/tensors.ts";
import { NETWORKS } from "./network_step.ts";

/** EfficientNet-Lite0 at output stride 16 with the ASPP of preset `own`, without dropout: both sides then agree in L_ce. */
const MODEL = NETWORKS.lite0;

/** Unlabeled images come as a plain view and two strong ones, which here are noise of their own. */
const VIEWS = ["plain", "strong", "second"] as const;

/** Sizes of a batch. */
export interface BatchSize {
  /** Labeled images, and as many unlabeled ones. */
  readonly batch: number;
  /** Height and width. */
  readonly size: number;
}

/** Images `[N, H, W, 3]` and int32 labels `[N, H, W]`. */
export interface StartBatch extends Readonly<Record<(typeof VIEWS)[number] | "labeled", FeatureMap>> {
  readonly labels: LabelMap;
}

/** What a side begins with. */
export interface Start {
  readonly network: Network;
  readonly batch: StartBatch;
}

function noise(stream: RandomStream, { batch, size }: BatchSize): StoredTensor {
  const data = Float32Array.from({ length: batch * size * size * 3 }, () => stream.normal());
  return { dtype: "float32", shape: [batch, size, size, 3], data };
}

function labels(stream: RandomStream, { batch, size }: BatchSize): StoredTensor {
  const data = Int32Array.from({ length: batch * size * size }, () => stream.integer(MODEL.classes));
  return { dtype: "int32", shape: [batch, size, size], data };
}

/** Writes the file: parameters by their state_dict names behind `network.`, images and labels behind `batch.`. */
export async function writeStart(path: string, size: BatchSize): Promise<void> {
  const network = new Network(MODEL, 1);
  const stream = randomStream(0, "bench batch");
  const named: [string, StoredTensor][] = [...await network.export()]
    .map(([name, tensor]) => [`network.${name}`, tensor]);
  for (const name of ["labeled", ...VIEWS]) named.push([`batch.${name}`, noise(stream, size)]);
  named.push(["batch.labels", labels(stream, size)]);
  await Deno.writeFile(path, encodeSafetensors(new Map(named)));
  network.dispose();
}

function behind(prefix: string, tensors: ReadonlyMap<string, StoredTensor>): Map<string, StoredTensor> {
  const those = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(those.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/**
 * Reads what `writeStart` wrote; the caller disposes network and batch.
 * @param mixDecoder Whether the network has one, which begins at random: the file has none
 */
export async function readStart(path: string, mixDecoder: boolean): Promise<Start> {
  const { tensors } = decodeSafetensors(await Deno.readFile(path));
  const network = new Network({ ...MODEL, mixDecoder }, 1);
  network.parameters.load(behind("network.", tensors));
  const batch = [...behind("batch.", tensors)].map(([name, { data, shape, dtype }]) =>
    [name, tf.tensor(data as Float32Array | Int32Array, [...shape], dtype as "float32" | "int32")] as const
  );
  return { network, batch: Object.fromEntries(batch) as unknown as StartBatch };
}
