/**
 * Reads the table of contents of a zip file from its end, in memory or on a disk. Sizes beyond 4 GiB (zip64) are
 * understood; encryption and split archives are refused.
 */
import { FormatError } from "../core/errors.ts";
import { IndexNames } from "../core/index_names.ts";
import { quoted } from "../core/shown_text.ts";
import { ByteReader } from "./byte_reader.ts";
import type { ZipSource } from "./zip_source.ts";

/** One member of a zip file, as the directory tells. */
export interface ZipMember {
  /** Path inside the archive, with `/`. */
  readonly name: string;
  /** Whether its bytes are not packed; otherwise they are deflated. */
  readonly stored: boolean;
  /** CRC-32 of the unpacked bytes. */
  readonly sum: number;
  /** Bytes in the archive. */
  readonly packedSize: number;
  /** Bytes when unpacked. */
  readonly size: number;
  /** Where its own header starts, in bytes. */
  readonly headerAt: number;
}

const END_MARK = 0x06054b50;
const END64_MARK = 0x06064b50;
const LOCATOR64_MARK = 0x07064b50;
const MEMBER_MARK = 0x02014b50;
const LOCAL_MARK = 0x04034b50;
const END_BYTES = 22;
const LOCATOR64_BYTES = 20;
const END64_BYTES = 56;
const MEMBER_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 0xffff;
const LARGEST_DIRECTORY = 2 ** 28;

/** Refuses a zip file: how it is, and what it must be. */
export function refuseZip(state: string, rule: string): never {
  throw new FormatError(`Cannot read zip file: ${state}, expected ${rule}`);
}

interface DirectoryPlace {
  readonly count: number;
  readonly size: number;
  readonly at: number;
}

/** Position of the end record, which stands before a comment of at most 64 KiB. */
function findEnd(source: ZipSource): number {
  const start = Math.max(0, source.size - END_BYTES - LONGEST_COMMENT);
  const bytes = source.read(start, source.size - start);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = bytes.length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) === END_MARK) return start + at;
  }
  return refuseZip("it has no end record", "a whole zip file; it is cut off or damaged");
}

/** The place that the 64-bit end record names, where there is one. */
function place64(source: ZipSource, end: number): DirectoryPlace | undefined {
  if (end < LOCATOR64_BYTES) return undefined;
  const locator = new ByteReader(source.read(end - LOCATOR64_BYTES, LOCATOR64_BYTES), "zip file");
  if (locator.uint32() !== LOCATOR64_MARK) return undefined;
  locator.position += 4;
  const reader = new ByteReader(source.read(locator.uint64(), END64_BYTES), "zip file");
  if (reader.uint32() !== END64_MARK) refuseZip("its 64-bit end record is missing", "a whole zip file");
  reader.position = 32;
  return { count: reader.uint64(), size: reader.uint64(), at: reader.uint64() };
}

function findDirectory(source: ZipSource): DirectoryPlace {
  const end = findEnd(source);
  const reader = new ByteReader(source.read(end, END_BYTES), "zip file", 10);
  const place32 = { count: reader.uint16(), size: reader.uint32(), at: reader.uint32() };
  const place = place64(source, end) ?? place32;
  if (place.at + place.size > end) refuseZip("its directory lies outside of the file", "a whole zip file");
  if (place.size > LARGEST_DIRECTORY) {
    refuseZip(`its directory has ${place.size} bytes`, `at most ${LARGEST_DIRECTORY}`);
  }
  if (place.count * MEMBER_BYTES > place.size) {
    refuseZip(`its end record claims ${place.count} entries`, "no more than fit into it");
  }
  return place;
}

/** Sizes and offset that did not fit into 32 bits, from the member's extra fields (tag 1). */
function widen(extra: ByteReader, values: number[]): number[] {
  while (extra.remaining >= 4) {
    const tag = extra.uint16();
    const length = extra.uint16();
    if (tag === 1) return values.map((value) => (value === 0xffffffff ? extra.uint64() : value));
    extra.bytes(length);
  }
  return values;
}

/** Refuses names that would lead out of the folder that is unpacked to. */
function checkName(name: string): void {
  const parts = name.split("/");
  const leads = name === "" || parts[0] === "" || parts.includes("..") || parts.includes(".");
  if (leads || /[\\\0]/.test(name) || /^[A-Za-z]:/.test(name)) {
    refuseZip(`an entry is named ${quoted(name)}`, 'relative names without ".." and "."');
  }
}

function readMember(reader: ByteReader): ZipMember {
  if (reader.uint32() !== MEMBER_MARK) refuseZip("its directory is damaged", "a whole zip file");
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
  if ((flags & 1) !== 0) refuseZip(`entry ${quoted(name)} is encrypted`, "no encryption");
  if (method !== 0 && method !== 8) {
    refuseZip(`entry ${quoted(name)} has method ${method}`, "stored or deflated");
  }
  const stored = method === 0;
  if (stored && size !== packedSize) {
    refuseZip(`entry ${quoted(name)} is stored with two sizes`, "equal sizes");
  }
  return { name, stored, sum, packedSize, size, headerAt };
}

/**
 * The members of a zip file by name, in the order of its directory.
 * @throws {FormatError} If it is no zip file, is cut short, or has names that stand twice or lead out of the folder that
 * it is unpacked to (`..`, absolute)
 */
export function readZipDirectory(source: ZipSource): Map<string, ZipMember> {
  const { at, size, count } = findDirectory(source);
  const reader = new ByteReader(source.read(at, size), "zip file");
  const members = new Map<string, ZipMember>();
  const indexNames = new IndexNames();
  let packed = 0;
  for (let i = 0; i < count; i++) {
    const member = readMember(reader);
    const problem = indexNames.take(member.name);
    if (problem !== undefined) refuseZip(problem, "names of files");
    if (members.has(member.name)) refuseZip(`entry ${quoted(member.name)} stands twice`, "each name once");
    members.set(member.name, member);
    packed += member.packedSize;
  }
  // members that overlap would unpack to more than their file could hold
  if (packed > source.size) {
    refuseZip(`its entries claim ${packed} bytes`, `at most ${source.size}, the file's length`);
  }
  return members;
}

/**
 * Where the packed bytes of a member start.
 * @throws {FormatError} If its own header is not there
 */
export function packedStart(source: ZipSource, { name, headerAt }: ZipMember): number {
  const reader = new ByteReader(source.read(headerAt, LOCAL_BYTES), "zip file");
  if (reader.uint32() !== LOCAL_MARK) {
    refuseZip(`entry ${quoted(name)} has no header of its own`, "a whole zip file");
  }
  reader.position = LOCAL_BYTES - 4;
  return headerAt + LOCAL_BYTES + reader.uint16() + reader.uint16();
}
