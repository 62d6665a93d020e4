import { createHash } from "node:crypto";

/** SHA-256 of an array's bytes, in hexadecimal; `opencv_digests.py` and `pillow_digests.py` make the expected ones. */
export function digestOf(values: Uint8Array | Int32Array | Float32Array): string {
  return createHash("sha256").update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");
}
