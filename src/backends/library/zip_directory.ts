/**
 * Reads the table of contents of a zip file from its end, so that a member of some hundred megabytes can be read by
 * itself. Sizes beyond 4 GiB (zip64) are understood; encryption and split archives are refused.
 */
import { FormatError } from "../../core/errors.ts";
import { readExactly } from "./read_exactly.ts";

/** One member of a zip file, as its central directory tells. */
export interface ZipMember {
  /** Path inside the archive, with `/`. */
  name: string;
  /** 0 for stored, 8 for deflated. */
  method: number;
  /** Bytes in the archive. */
  compressedSize: number;
  /** Bytes when unpacked. */
  size: number;
  /** Where its local header starts, in bytes. */
  headerOffset: number;
}

const END_SIGNATURE = 0x06054b50;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_END_SIGNATURE = 0x06064b50;
const MEMBER_SIGNATURE = 0x02014b50;
const END_BYTES = 22;
const MEMBER_BYTES = 46;
const LONGEST_COMMENT = 0xffff;
const LARGEST_DIRECTORY = 2 ** 28;

/**
 * The members of a zip file, in the order of its central directory.
 * @throws {FormatError} If it is no zip file, is cut short, or has names that lead out of the folder it is unpacked to
 */
export async function readZipDirectory(file: Deno.FsFile): Promise<ZipMember[]> {
  const { count, offset, size } = await findDirectory(file);
  if (size > LARGEST_DIRECTORY) {
    throw damaged(`directory of ${size} bytes, expected at most ${LARGEST_DIRECTORY}`);
  }
  const bytes = await readExactly(file, offset, size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members: ZipMember[] = [];
  let position = 0;
  while (members.length < count) {
    if (position + MEMBER_BYTES > size || view.getUint32(position, true) !== MEMBER_SIGNATURE) {
      throw damaged(`directory ends after ${members.length} members, expected ${count}`);
    }
    const tail = view.getUint16(position + 28, true) + view.getUint16(position + 30, true);
    const length = MEMBER_BYTES + tail + view.getUint16(position + 32, true);
    if (position + length > size) throw damaged(`member ${members.length} reaches beyond the directory`);
    members.push(readMember(bytes.subarray(position, position + length)));
    position += length;
  }
  return members;
}

interface DirectoryPlace {
  count: number;
  offset: number;
  size: number;
}

async function findDirectory(file: Deno.FsFile): Promise<DirectoryPlace> {
  const fileSize = (await file.stat()).size;
  const start = Math.max(0, fileSize - END_BYTES - LONGEST_COMMENT);
  const bytes = await readExactly(file, start, fileSize - start);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== END_SIGNATURE) end--;
  if (end < 0) throw damaged("no end record in it, expected a whole zip file");
  const locator = end - 20;
  const place = locator >= 0 && view.getUint32(locator, true) === ZIP64_LOCATOR_SIGNATURE
    ? await readZip64End(file, Number(view.getBigUint64(locator + 8, true)))
    : {
      count: view.getUint16(end + 10, true),
      size: view.getUint32(end + 12, true),
      offset: view.getUint32(end + 16, true),
    };
  if (place.offset + place.size > start + end) throw damaged("its directory lies outside of the file");
  return place;
}

async function readZip64End(file: Deno.FsFile, position: number): Promise<DirectoryPlace> {
  const bytes = await readExactly(file, position, 56);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== ZIP64_END_SIGNATURE) {
    throw damaged("no zip64 end record where one is announced");
  }
  return {
    count: Number(view.getBigUint64(32, true)),
    size: Number(view.getBigUint64(40, true)),
    offset: Number(view.getBigUint64(48, true)),
  };
}

function readMember(bytes: Uint8Array): ZipMember {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nameEnd = MEMBER_BYTES + view.getUint16(28, true);
  const name = new TextDecoder().decode(bytes.subarray(MEMBER_BYTES, nameEnd));
  checkName(name);
  const member = {
    name,
    method: view.getUint16(10, true),
    compressedSize: view.getUint32(20, true),
    size: view.getUint32(24, true),
    headerOffset: view.getUint32(42, true),
  };
  if ((view.getUint16(8, true) & 1) !== 0) throw damaged(`"${name}" is encrypted, expected a plain member`);
  if (member.method !== 0 && member.method !== 8) {
    throw damaged(`"${name}" is packed by method ${member.method}, expected 0 (stored) or 8 (deflated)`);
  }
  return widen(member, bytes.subarray(nameEnd, nameEnd + view.getUint16(30, true)));
}

/** Takes the 64-bit numbers of extra field 1 for those that do not fit into 32 bits. */
function widen(member: ZipMember, extra: Uint8Array): ZipMember {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    const end = at + 4 + view.getUint16(at + 2, true);
    let position = at + 4;
    for (const key of ["size", "compressedSize", "headerOffset"] as const) {
      if (member[key] !== 0xffffffff) continue;
      if (position + 8 > Math.min(end, extra.length)) throw damaged(`"${member.name}" lacks its zip64 sizes`);
      member[key] = Number(view.getBigUint64(position, true));
      position += 8;
    }
  }
  return member;
}

/** Refuses names that would be written outside of the folder that is unpacked to. */
function checkName(name: string): void {
  const parts = name.split("/");
  const hostile = name === "" || name.startsWith("/") || /[\\\0]/.test(name) || /^[A-Za-z]:/.test(name) ||
    parts.includes("..") || parts.includes(".");
  if (hostile) throw damaged(`member "${name}", expected a path inside of the archive`);
}

function damaged(state: string): FormatError {
  return new FormatError(`Cannot read zip file: ${state}`);
}
