/**
 * A process of its own that makes wrong calls of backend `tensorflow`: those of `wrongCalls`, which must all throw, and
 * random calls of TensorFlow ops, which must not end the process. It tells each call before it runs it and prints what
 * came of it, a JSON object a line, so that a crash names its call. Arguments: how many random calls, and the first's number.
 */
import { nativeBackend } from "../../../src/backends/native.ts";
import { openBackend } from "../../../src/backends/open_backend.ts";
import type { TensorflowBinding } from "../../../src/backends/tensorflow/binding.ts";
import { describeHandle } from "../../../src/backends/tensorflow/handles.ts";
import type { TensorValues } from "../../../src/backends/tensorflow/tensor_data.ts";
import { type RandomStream, randomStream } from "../../../src/core/random.ts";
import { randomCall } from "./random_calls.ts";
import { wrongCalls } from "./wrong_calls.ts";

/** What came of one call. */
export interface CallReport {
  readonly call: string;
  readonly must: "throw" | "survive";
  /** Class of the error; undefined where the call succeeded. */
  readonly error?: string;
  readonly message?: string;
}

const encoder = new TextEncoder();

function print(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

function attempt(call: string, must: CallReport["must"], run: () => unknown): void {
  print(`> ${call}`);
  let report: CallReport = { call, must };
  try {
    run();
  } catch (error) {
    const thrown = error instanceof Error ? error : new Error(`not an Error: ${error}`);
    report = { ...report, error: thrown.name, message: thrown.message };
  }
  print(JSON.stringify(report));
}

function pick<T>(stream: RandomStream, list: readonly T[]): T {
  return list[stream.integer(list.length)]!;
}

interface Input {
  readonly id: number;
  readonly text: string;
}

const FLOAT_SHAPES = [
  ...[[], [1], [2], [0], [2, 3], [3, 2], [4, 4], [0, 4]],
  ...[[1, 5, 5, 2], [2, 4, 4, 3], [3, 3, 2, 4], [0, 4, 4, 3]],
];

function inputPool(binding: TensorflowBinding): Input[] {
  const size = (shape: number[]) => shape.reduce((n, dim) => n * dim, 1);
  const make = (shape: number[], dtype: number, values: TensorValues): Input => ({
    id: binding.createTensor(shape, dtype, values),
    text: describeHandle({ shape, dtype }),
  });
  return [
    ...FLOAT_SHAPES.map((shape) => make(shape, binding.TF_FLOAT, new Float32Array(size(shape)).fill(1.5))),
    ...[[], [1], [2], [4], [0], [4, 2], [2, 2]].flatMap((shape) =>
      [-1, 0, 1, 2, 40].map((value) => {
        const { id, text } = make(shape, binding.TF_INT32, new Int32Array(size(shape)).fill(value));
        return { id, text: `${text} of ${value}` };
      })
    ),
    make([2], binding.TF_INT64, new BigInt64Array([-1n, 7n])),
    make([3], binding.TF_BOOL, new Uint8Array([1, 0, 1])),
    make([2], binding.TF_STRING, ["a", "b"]),
    make([1], binding.TF_COMPLEX64, new Float32Array(2)),
    { id: 12345, text: "disposed" },
  ];
}

/** Random calls: most are wrong, some may be right. What they give is deleted. */
function randomCalls(binding: TensorflowBinding, start: number, count: number): void {
  const pool = inputPool(binding);
  for (let i = start; i < start + count; i++) {
    const stream = randomStream(1, "random calls", i);
    const { op, inputs: wanted, attributes, outputs } = randomCall(stream);
    const inputs = Array.from({ length: wanted }, () => pick(stream, pool));
    const shown = attributes.map(({ name, value }) => `${name}: ${JSON.stringify(value)}`);
    const text = `${op}(${inputs.map(({ text }) => text).join(", ")}) {${shown.join(", ")}} -> ${outputs}`;
    attempt(text, "survive", () => {
      const made = binding.executeOp(op, attributes, inputs.map(({ id }) => id), outputs);
      for (const { id } of made) binding.deleteTensor(id);
    });
  }
}

if (import.meta.main) {
  await openBackend("tensorflow");
  const { binding } = nativeBackend()!;
  for (const { text, run } of wrongCalls(binding)) attempt(text, "throw", run);
  const [count, start] = Deno.args.map(Number);
  randomCalls(binding, start ?? 0, count ?? 1500);
  print("done");
}
