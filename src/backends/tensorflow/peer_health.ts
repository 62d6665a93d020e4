import type { ContextAddress } from "./open_tensorflow.ts";
import { cString, readCString } from "./symbols.ts";

/** The part of eager/c_api_experimental.h that asks for other processes and ends collective ops. */
const SYMBOLS = {
  TF_NewStatus: { parameters: [], result: "pointer" },
  TF_DeleteStatus: { parameters: ["pointer"], result: "void" },
  TF_GetCode: { parameters: ["pointer"], result: "i32" },
  TF_Message: { parameters: ["pointer"], result: "pointer" },
  TF_SetStatus: { parameters: ["pointer", "i32", "buffer"], result: "void" },
  TFE_CollectiveOpsCheckPeerHealth: {
    parameters: ["pointer", "buffer", "i64", "pointer"],
    result: "void",
    nonblocking: true,
  },
  TFE_AbortCollectiveOps: { parameters: ["pointer", "pointer"], result: "void" },
} as const;

/** TF_Code of tf_status.h. */
const UNAVAILABLE = 14;

/** Asks whether other processes of a cluster live; usable from any thread of the process. */
export class PeerHealth {
  readonly #symbols: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
  readonly #context: Deno.PointerValue;

  /**
   * Asks from a context.
   * @param address Of one that has joined the cluster
   */
  constructor({ path, pointer }: ContextAddress) {
    this.#symbols = Deno.dlopen(path, SYMBOLS).symbols;
    this.#context = Deno.UnsafePointer.create(pointer);
  }

  /**
   * Asks one process, without blocking the event loop.
   * @param task TensorFlow's name of it, `/job:worker/replica:0/task:1`
   * @returns What is wrong; `undefined` when it answered
   */
  async problemOf(task: string, timeoutMs: number): Promise<string | undefined> {
    const status = this.#symbols.TF_NewStatus();
    await this.#symbols.TFE_CollectiveOpsCheckPeerHealth(
      this.#context,
      cString(task),
      BigInt(timeoutMs),
      status,
    );
    const failed = this.#symbols.TF_GetCode(status) !== 0;
    const text = readCString(this.#symbols.TF_Message(status)).split("\n")[0]!;
    this.#symbols.TF_DeleteStatus(status);
    return failed ? text : undefined;
  }

  /** Ends all collective ops of this process, those under way and later ones, with `reason`. */
  abortCollectives(reason: string): void {
    const status = this.#symbols.TF_NewStatus();
    this.#symbols.TF_SetStatus(status, UNAVAILABLE, cString(reason));
    this.#symbols.TFE_AbortCollectiveOps(this.#context, status);
    this.#symbols.TF_DeleteStatus(status);
  }
}
