import { crc32 } from "node:zlib";

/** A file to be put into a zip file. */
export interface ZipEntry {
  /** Path inside, with `/`. */
  readonly name: string;
  /** The content, stored without compression. */
  readonly bytes: Uint8Array;
}

/** PyTorch wants tensor data at multiples of 64 bytes, so that it can map the file. */
const ALIGNMENT = 64;

/** 1 January 1980, the first day of the format: no clock in the file, same input, same bytes. */
const DATE = 0x21;

interface Placed extends ZipEntry {
  readonly encodedName: Uint8Array;
  readonly sum: number;
  readonly at: number;
  readonly padding: number;
}

function place(entries: readonly ZipEntry[]): { placed: Placed[]; end: number } {
  let position = 0;
  const placed = entries.map(({ name, bytes }) => {
    const encodedName = new TextEncoder().encode(name);
    const at = position;
    const start = at + 30 + encodedName.length;
    // an extra field needs 4 bytes for its tag and length
    const gap = (ALIGNMENT - start % ALIGNMENT) % ALIGNMENT;
    const padding = gap === 0 ? 0 : gap < 4 ? gap + ALIGNMENT : gap;
    position = start + padding + bytes.length;
    return { name, bytes, encodedName, sum: crc32(bytes), at, padding };
  });
  return { placed, end: position };
}

/** The fields that local and central headers share, from the version needed to the extra field's length. */
function writeCommon(view: DataView, at: number, entry: Placed, extraLength: number): void {
  view.setUint16(at, 20, true);
  view.setUint16(at + 2, 0x800, true); // names are UTF-8
  view.setUint16(at + 8, DATE, true);
  view.setUint32(at + 10, entry.sum, true);
  view.setUint32(at + 14, entry.bytes.length, true);
  view.setUint32(at + 18, entry.bytes.length, true);
  view.setUint16(at + 22, entry.encodedName.length, true);
  view.setUint16(at + 24, extraLength, true);
}

function writeLocal(file: Uint8Array, view: DataView, entry: Placed): void {
  const { at, encodedName, padding, bytes } = entry;
  view.setUint32(at, 0x04034b50, true);
  writeCommon(view, at + 4, entry, padding);
  const extraAt = at + 30 + encodedName.length;
  file.set(encodedName, at + 30);
  if (padding > 0) {
    view.setUint16(extraAt, 0x4246, true); // "FB", as PyTorch marks its padding
    view.setUint16(extraAt + 2, padding - 4, true);
    file.fill(0x5a, extraAt + 4, extraAt + padding);
  }
  file.set(bytes, extraAt + padding);
}

function writeCentral(file: Uint8Array, view: DataView, at: number, entry: Placed): number {
  view.setUint32(at, 0x02014b50, true);
  view.setUint16(at + 4, 20, true);
  writeCommon(view, at + 6, entry, 0);
  view.setUint32(at + 42, entry.at, true);
  file.set(entry.encodedName, at + 46);
  return at + 46 + entry.encodedName.length;
}

/**
 * Writes a zip file of stored entries, their data at multiples of 64 bytes; same input, same bytes.
 * @throws {RangeError} If the file would reach 4 GiB or has 65,535 entries or more
 */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array {
  const { placed, end } = place(entries);
  const directoryLength = placed.reduce((sum, { encodedName }) => sum + 46 + encodedName.length, 0);
  const length = end + directoryLength + 22;
  if (length >= 0xffffffff || entries.length >= 0xffff) {
    throw new RangeError(
      `Cannot write zip file: ${length} bytes in ${entries.length} entries, expected below 4 GiB and 65535`,
    );
  }
  const file = new Uint8Array(length);
  const view = new DataView(file.buffer);
  let position = end;
  for (const entry of placed) {
    writeLocal(file, view, entry);
    position = writeCentral(file, view, position, entry);
  }
  view.setUint32(position, 0x06054b50, true);
  view.setUint16(position + 8, placed.length, true);
  view.setUint16(position + 10, placed.length, true);
  view.setUint32(position + 12, directoryLength, true);
  view.setUint32(position + 16, end, true);
  return file;
}
