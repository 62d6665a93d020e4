/** A zip file in memory, whose members are read whole. */
import { crc32, inflateRawSync } from "node:zlib";
import { FormatError } from "../core/errors.ts";
import { quoted } from "../core/shown_text.ts";
import { packedStart, readZipDirectory, refuseZip, type ZipMember } from "./zip_directory.ts";
import { memorySource, type ZipSource } from "./zip_source.ts";

/** What inflated members may hold together: 16 times the file and 16 MiB. Weights shrink by far less. */
const MAX_GROWTH = 16;
const FREE_BYTES = 16 * 2 ** 20;

/** The members of a zip file in memory; nothing is ever written to a disk. */
export interface ZipArchive {
  /** Every member's name, in the order of the directory. */
  readonly names: readonly string[];
  /**
   * The bytes of a member, a view on the file where it is stored without compression.
   * @throws {FormatError} If there is no such member or its bytes are damaged
   */
  read(name: string): Uint8Array;
}

function checkGrowth(members: Iterable<ZipMember>, fileSize: number): void {
  let inflated = 0;
  for (const { stored, size } of members) if (!stored) inflated += size;
  const limit = MAX_GROWTH * fileSize + FREE_BYTES;
  if (inflated > limit) {
    refuseZip(`its entries claim ${inflated} bytes when inflated`, `at most ${limit}`);
  }
}

function inflate(packed: Uint8Array, { name, size }: ZipMember): Uint8Array {
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

function readBytes(source: ZipSource, member: ZipMember): Uint8Array {
  const packed = source.read(packedStart(source, member), member.packedSize);
  const plain = member.stored ? packed : inflate(packed, member);
  if (plain.length !== member.size || crc32(plain) !== member.sum) {
    refuseZip(
      `entry ${quoted(member.name)} is damaged (its checksum differs)`,
      "the bytes that were written",
    );
  }
  return plain;
}

/**
 * Opens a zip file held in memory (stored and deflated members, also with 64-bit sizes).
 * @throws {FormatError} As `readZipDirectory`, or if the inflated sizes are out of all proportion to the file
 */
export function openZip(bytes: Uint8Array): ZipArchive {
  const source = memorySource(bytes);
  const members = readZipDirectory(source);
  checkGrowth(members.values(), bytes.length);
  return {
    names: [...members.keys()],
    read(name) {
      const member = members.get(name);
      if (member === undefined) return refuseZip(`it has no entry ${quoted(name)}`, "one of that name");
      return readBytes(source, member);
    },
  };
}
