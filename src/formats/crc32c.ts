/** CRC-32C (Castagnoli), the checksum of TensorFlow's record files. */

/** The reflected form of the polynomial 0x1EDC6F41 (RFC 3720, appendix B.4). */
const POLYNOMIAL = 0x82f63b78;
/** TensorFlow's `kMaskDelta` (tensorflow/core/lib/hash/crc32c.h). */
const MASK_DELTA = 0xa282ead8;

let table: Uint32Array | undefined;

function tableOf(): Uint32Array {
  if (table === undefined) {
    table = new Uint32Array(256);
    for (let byte = 0; byte < 256; byte++) {
      let value = byte;
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
      table[byte] = value;
    }
  }
  return table;
}

/** CRC-32C of the bytes, an unsigned 32-bit integer. */
export function crc32c(bytes: Uint8Array): number {
  const bytesTable = tableOf();
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ bytesTable[(crc ^ byte) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * The checksum as record files store it: rotated right by 15 bits, plus a constant, so that a checksum of data that
 * holds checksums stays a good one.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}
