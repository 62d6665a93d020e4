/** A process of its own that opens backends by name, one after the other, and prints a JSON object a line. */
import * as tf from "@tensorflow/tfjs-core";
import { nativeBackend } from "../../src/backends/native.ts";
import { type BackendOptions, openBackend, type RefusedBackend } from "../../src/backends/open_backend.ts";

/** What came of one opening. */
export interface Opening {
  readonly name?: string;
  readonly device?: string;
  readonly refused?: readonly RefusedBackend[];
  readonly error?: string;
  readonly message?: string;
  /** The current tfjs backend, the sum of a small tensor there, and threads of the process. */
  readonly current?: string;
  readonly sum?: number;
  readonly threads?: number;
  readonly usesGpu?: boolean;
}

function threadsOfProcess(): number {
  return Number(/Threads:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))?.[1]);
}

async function open(name: string, options: BackendOptions): Promise<Opening> {
  try {
    const { backend, refused } = await openBackend(name, options);
    const product = tf.sum(tf.matMul(tf.ones([256, 256]), tf.ones([256, 256])));
    const [sum] = await product.data();
    return {
      name: backend.name,
      device: backend.device,
      refused,
      current: tf.getBackend(),
      sum,
      threads: threadsOfProcess(),
      usesGpu: nativeBackend()?.binding.isUsingGpuDevice(),
    };
  } catch (error) {
    return { error: (error as Error).name, message: (error as Error).message };
  }
}

if (import.meta.main) {
  const [names, options] = JSON.parse(Deno.args[0]!) as [string[], BackendOptions];
  for (const name of names) console.log(JSON.stringify(await open(name, options)));
  Deno.exit(0);
}
