import { crc32, inflateRawSync } from "node:zlib";
import { FormatError } from "../core/errors.ts";
import { IndexNames } from "../core/index_names.ts";
import { quoted } from "../core/shown_text.ts";
import { ByteReader } from "./byte_reader.ts";

const END_MARK = 0x06054b50;
const END64_MARK = 0x06064b50;
const LOCATOR64_MARK = 0x07064b50;
const ENTRY_MARK = 0x02014b50;
const LOCAL_MARK = 0x04034b50;

/** What inflated entries may hold together: 16 times the file and 16 MiB. Weights shrink by far less. */
const MAX_GROWTH = 16;
const FREE_BYTES = 16 * 2 ** 20;

interface Entry {
  readonly name: string;
  readonly stored: boolean;
  readonly sum: number;
  readonly packedSize: number;
  readonly size: number;
  readonly headerAt: number;
}

/** The entries of a zip file in memory; nothing is ever written to a disk. */
export interface ZipArchive {
  /** Every entry's name, in the order of the directory. */
  readonly names: readonly string[];
  /**
   * The bytes of an entry, a view on the file where it is stored without compression.
   * @throws {FormatError} If there is no such entry or its bytes are damaged
   */
  read(name: string): Uint8Array;
}

function fail(state: string, rule: string): never {
  throw new FormatError(`Cannot read zip file: ${state}, expected ${rule}`);
}

/** Position after "PK\5\6" of the end record, which stands before a comment of at most 64 KiB. */
function findEnd(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) === END_MARK) return at + 4;
  }
  return fail("it has no end record", "a whole zip file; it is cut off or damaged");
}

/** Where the directory begins, and its number of entries; from the 64-bit record where there is one. */
function findDirectory(bytes: Uint8Array): { at: number; count: number } {
  const end = findEnd(bytes);
  const reader = new ByteReader(bytes, "zip file", end + 6);
  const count = reader.uint16();
  reader.position += 4;
  const directory = { count, at: reader.uint32() };
  if (end < 24) return directory;
  reader.position = end - 24;
  if (reader.uint32() !== LOCATOR64_MARK) return directory;
  reader.position += 4;
  reader.position = reader.uint64();
  if (reader.uint32() !== END64_MARK) fail("its 64-bit end record is missing", "a whole zip file");
  reader.position += 28;
  const count64 = reader.uint64();
  reader.position += 8;
  return { count: count64, at: reader.uint64() };
}

/** Sizes and offset that did not fit into 32 bits, from the entry's extra fields (tag 1). */
function widen(extra: ByteReader, values: number[]): number[] {
  while (extra.remaining >= 4) {
    const tag = extra.uint16();
    const length = extra.uint16();
    if (tag === 1) return values.map((value) => (value === 0xffffffff ? extra.uint64() : value));
    extra.bytes(length);
  }
  return values;
}

function checkName(name: string): void {
  const parts = name.split("/");
  if (name === "" || parts.includes("..") || parts[0] === "" || /[\\\0]/.test(name)) {
    fail(`an entry is named ${quoted(name)}`, 'relative names without ".."');
  }
}

function readEntry(reader: ByteReader): Entry {
  if (reader.uint32() !== ENTRY_MARK) fail("its directory is damaged", "a whole zip file");
  reader.position += 4;
  const flags = reader.uint16();
  const method = reader.uint16();
  reader.position += 4;
  const sum = reader.uint32();
  const [packed, plain] = [reader.uint32(), reader.uint32()];
  const [nameLength, extraLength, commentLength] = [reader.uint16(), reader.uint16(), reader.uint16()];
  reader.position += 8;
  const offset = reader.uint32();
  const name = reader.text(nameLength);
  checkName(name);
  const extra = new ByteReader(reader.bytes(extraLength), "zip file");
  const [size, packedSize, headerAt] = widen(extra, [plain, packed, offset]) as [number, number, number];
  reader.bytes(commentLength);
  if ((flags & 1) !== 0) fail(`entry ${quoted(name)} is encrypted`, "no encryption");
  if (method !== 0 && method !== 8) fail(`entry ${quoted(name)} has method ${method}`, "stored or deflated");
  if (method === 0 && size !== packedSize) {
    fail(`entry ${quoted(name)} is stored with two sizes`, "equal sizes");
  }
  return { name, stored: method === 0, sum, packedSize, size, headerAt };
}

function readDirectory(bytes: Uint8Array): Map<string, Entry> {
  const { at, count } = findDirectory(bytes);
  if (count * 46 > bytes.length) fail(`its end record claims ${count} entries`, "no more than fit into it");
  const reader = new ByteReader(bytes, "zip file", at);
  const entries = new Map<string, Entry>();
  const indexNames = new IndexNames();
  let inflated = 0;
  let packed = 0;
  for (let i = 0; i < count; i++) {
    const entry = readEntry(reader);
    const problem = indexNames.take(entry.name);
    if (problem !== undefined) fail(problem, "names of files");
    if (entries.has(entry.name)) fail(`entry ${quoted(entry.name)} stands twice`, "each name once");
    entries.set(entry.name, entry);
    packed += entry.packedSize;
    if (!entry.stored) inflated += entry.size;
  }
  if (packed > bytes.length) {
    fail(`its entries claim ${packed} bytes`, `at most ${bytes.length}, the file's length`);
  }
  const limit = MAX_GROWTH * bytes.length + FREE_BYTES;
  if (inflated > limit) fail(`its entries claim ${inflated} bytes when inflated`, `at most ${limit}`);
  return entries;
}

function packedBytes(bytes: Uint8Array, { name, headerAt, packedSize }: Entry): Uint8Array {
  const reader = new ByteReader(bytes, `entry ${quoted(name)} of zip file`, headerAt);
  if (reader.uint32() !== LOCAL_MARK) {
    fail(`entry ${quoted(name)} has no header of its own`, "a whole zip file");
  }
  reader.position += 22;
  const [nameLength, extraLength] = [reader.uint16(), reader.uint16()];
  reader.bytes(nameLength + extraLength);
  return reader.bytes(packedSize);
}

function inflate(packed: Uint8Array, { name, size }: Entry): Uint8Array {
  try {
    // the limit makes the inflater stop early; 0 would mean none
    const plain = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
    return new Uint8Array(plain.buffer, plain.byteOffset, plain.byteLength);
  } catch (cause) {
    throw new FormatError(
      `Cannot read zip file: entry ${
        quoted(name)
      } does not inflate to ${size} bytes, expected an undamaged entry`,
      { cause },
    );
  }
}

function readBytes(bytes: Uint8Array, entry: Entry): Uint8Array {
  const packed = packedBytes(bytes, entry);
  const plain = entry.stored ? packed : inflate(packed, entry);
  if (plain.length !== entry.size || crc32(plain) !== entry.sum) {
    fail(`entry ${quoted(entry.name)} is damaged (its checksum differs)`, "the bytes that were written");
  }
  return plain;
}

/**
 * Opens a zip file held in memory (stored and deflated entries, also with 64-bit sizes).
 * @throws {FormatError} If the directory is damaged, a name leaves its folder (`..`, absolute) or stands twice, or the
 * inflated sizes are out of all proportion to the file
 */
export function openZip(bytes: Uint8Array): ZipArchive {
  const entries = readDirectory(bytes);
  return {
    names: [...entries.keys()],
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined) return fail(`it has no entry ${quoted(name)}`, "one of that name");
      return readBytes(bytes, entry);
    },
  };
}
