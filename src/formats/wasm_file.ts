import { readFile } from "node:fs/promises";

/**
 * The bytes of a decoder's WebAssembly file, where the decoder cannot fetch it by itself: in Node, whose `fetch` reads no
 * files. `undefined` in Deno and in browsers.
 * @param specifier The file in its npm package
 */
export async function wasmFile(specifier: string): Promise<Uint8Array | undefined> {
  const isNode = typeof Deno === "undefined" && "process" in globalThis;
  return isNode ? await readFile(new URL(import.meta.resolve(specifier))) : undefined;
}
