import { createHash } from "node:crypto";
import { whileOpen } from "../../core/while_open.ts";

const CHUNK_BYTES = 1 << 20;

/** Whether the SHA-256 of bytes begins as it should. */
export function hasDigest(actual: string, expected: string): boolean {
  return actual.startsWith(expected);
}

/** SHA-256 of a file, 64 hexadecimal digits. @throws {Deno.errors.NotFound} If there is none */
export async function fileDigest(path: string): Promise<string> {
  return await whileOpen(await Deno.open(path), async (file) => {
    const hash = createHash("sha256");
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (let count = await file.read(buffer); count !== null; count = await file.read(buffer)) {
      hash.update(buffer.subarray(0, count));
    }
    return hash.digest("hex");
  });
}
