import { nativeBackend } from "../../backends/native.ts";

/** Time of one kind of op in a step. */
export interface OpTime {
  readonly op: string;
  readonly milliseconds: number;
  readonly count: number;
}

/** Runs `f` and counts the TensorFlow ops and functions that it launches. */
export async function launchedOps(f: () => Promise<unknown>): Promise<number> {
  const { ops } = await timeByOp(f);
  return ops.reduce((sum, { count }) => sum + count, 0);
}

/**
 * Runs `f` and measures each TensorFlow op, the most expensive kind first. What is left to the whole time is the
 * program's own.
 */
export async function timeByOp(f: () => Promise<unknown>): Promise<{ wholeMs: number; ops: OpTime[] }> {
  const binding = nativeBackend()!.binding;
  const times = new Map<string, { milliseconds: number; count: number }>();
  binding.onOp = (op, milliseconds) => {
    const before = times.get(op) ?? { milliseconds: 0, count: 0 };
    times.set(op, { milliseconds: before.milliseconds + milliseconds, count: before.count + 1 });
  };
  const started = performance.now();
  try {
    await f();
  } finally {
    binding.onOp = undefined;
  }
  const ops = [...times].map(([op, time]) => ({ op, ...time }));
  return {
    wholeMs: performance.now() - started,
    ops: ops.sort((a, b) => b.milliseconds - a.milliseconds),
  };
}
