/** Runs ONNX bytes in onnxruntime's wasm build. */
import * as ort from "onnxruntime-web";

/** The first output, its dimensions, and the milliseconds of one run after the first. */
export interface OnnxResult {
  readonly data: Float32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** One run; `shape` is the input's. */
export async function runOnnx(
  bytes: Uint8Array,
  image: Float32Array | Uint8Array,
  shape: readonly number[],
): Promise<OnnxResult> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  const type = image instanceof Uint8Array ? "uint8" : "float32";
  const input = type === "uint8"
    ? new ort.Tensor("uint8", image as Uint8Array, shape)
    : new ort.Tensor("float32", image as Float32Array, shape);
  const outputs = await session.run({ [session.inputNames[0]!]: input });
  const output = outputs[session.outputNames[0]!]!;
  await session.release();
  return { data: output.data as Float32Array | BigInt64Array, dims: output.dims };
}
