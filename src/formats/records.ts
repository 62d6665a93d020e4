/**
 * TensorFlow's record framing: length (uint64), masked CRC-32C of the length, data, masked CRC-32C of the data, all
 * little-endian (tensorflow/core/lib/io/record_writer.h).
 */
import { FormatError } from "../core/errors.ts";
import { maskedCrc32c } from "./crc32c.ts";

/** Bytes before the data of a record: length and its checksum. */
const HEADER_BYTES = 12;
/** Bytes after the data of a record: its checksum. */
const FOOTER_BYTES = 4;

/** One record around the given data. */
export function frameRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEADER_BYTES + data.length + FOOTER_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, HEADER_BYTES);
  view.setUint32(HEADER_BYTES + data.length, maskedCrc32c(data), true);
  return record;
}

/** What a record file holds. */
export interface RecordFile {
  /** Data of every whole record, views of the input. */
  readonly records: readonly Uint8Array[];
  /** Bytes up to the end of the last whole record; less than the file's size when its last record was cut off. */
  readonly intactBytes: number;
}

/**
 * Takes a record file apart. A last record that was cut off, as a killed writer leaves it, is left out.
 * @throws {FormatError} If a checksum is wrong
 */
export function readRecords(bytes: Uint8Array): RecordFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Uint8Array[] = [];
  let offset = 0;
  while (offset + HEADER_BYTES <= bytes.length) {
    checkSum("length", bytes.subarray(offset, offset + 8), view.getUint32(offset + 8, true), offset);
    const end = offset + HEADER_BYTES + Number(view.getBigUint64(offset, true));
    if (end + FOOTER_BYTES > bytes.length) break;
    const data = bytes.subarray(offset + HEADER_BYTES, end);
    checkSum("data", data, view.getUint32(end, true), offset);
    records.push(data);
    offset = end + FOOTER_BYTES;
  }
  return { records, intactBytes: offset };
}

function checkSum(part: string, bytes: Uint8Array, stored: number, offset: number): void {
  const computed = maskedCrc32c(bytes);
  if (computed === stored) return;
  throw new FormatError(
    `Cannot read the record at byte ${offset}: checksum of its ${part} is ${computed}, expected ${stored}`,
  );
}
