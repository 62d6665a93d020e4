/** Loads the files of a TF.js graph model and runs them. */
import * as tf from "@tensorflow/tfjs-core";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";

/** Backends that start everywhere. */
export const TFJS_BACKENDS = ["cpu", "wasm"] as const;

/** An array with its axis lengths. */
export interface TfjsResult {
  readonly data: Float32Array | Int32Array;
  readonly dims: readonly number[];
}

/** One run on a backend; the tensors of the model and of the run are disposed, and counted. */
export async function runTfjs(
  files: ReadonlyMap<string, Uint8Array>,
  imageNhwc: Float32Array,
  shape: readonly [number, number, number, number],
  backend: string,
): Promise<TfjsResult> {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const model = await loadGraphModel({ load: () => Promise.resolve(artifacts(files)) });
  const output = tf.tidy(() => model.predict(tf.tensor4d(imageNhwc, [...shape]))) as tf.Tensor;
  const result = { data: await output.data() as Float32Array | Int32Array, dims: output.shape };
  output.dispose();
  model.dispose();
  if (tf.memory().numTensors !== before) {
    throw new Error(`${tf.memory().numTensors - before} tensors are left`);
  }
  return result;
}

function artifacts(files: ReadonlyMap<string, Uint8Array>): tf.io.ModelArtifacts {
  const json = JSON.parse(new TextDecoder().decode(files.get("model.json")!));
  const { paths, weights } = json.weightsManifest[0] as {
    paths: string[];
    weights: tf.io.WeightsManifestEntry[];
  };
  const shards = paths.map((path) => files.get(path)!.slice().buffer);
  return {
    format: json.format,
    modelTopology: json.modelTopology,
    signature: json.signature,
    weightSpecs: weights,
    weightData: shards,
  };
}

/** `[1, C, H, W]` to `[1, H, W, C]`. */
export function nhwc(data: ArrayLike<number>, channels: number): Float32Array {
  const area = data.length / channels;
  return Float32Array.from(
    { length: data.length },
    (_, at) => data[(at % channels) * area + Math.floor(at / channels)]!,
  );
}
