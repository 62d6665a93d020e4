/** Reads one strange file in a process of its own and prints what became of it: `read_one.ts weights|image PATH`. */
import { readImage } from "../../src/data/read_item.ts";
import { readWeights } from "../../src/interop/weight_file.ts";
import { peakMemory } from "./read_mutations.ts";

/** What became of a file. */
export interface OneReport {
  /** The error's class and message; nothing where it was read. */
  readonly refused?: { readonly name: string; readonly message: string };
  /** Time that reading took, in milliseconds. */
  readonly ms: number;
  /** The most memory that the process had, in bytes. */
  readonly peakBytes: number;
}

async function readOne(kind: string, path: string): Promise<OneReport> {
  const started = performance.now();
  let refused: OneReport["refused"];
  try {
    await (kind === "weights" ? readWeights(path) : readImage({ image: { kind: "file", path } }));
  } catch (error) {
    const { name, message } = error as Error;
    refused = { name, message };
  }
  return { refused, ms: performance.now() - started, peakBytes: peakMemory() };
}

if (import.meta.main) {
  const [kind = "", path = ""] = Deno.args;
  console.log(JSON.stringify(await readOne(kind, path)));
}
