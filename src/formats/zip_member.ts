/** Unpacks one member of a zip file piece by piece, so that none has to fit into memory. */
import { FormatError } from "../core/errors.ts";
import { quoted } from "../core/shown_text.ts";
import { packedStart, type ZipMember } from "./zip_directory.ts";
import type { ZipSource } from "./zip_source.ts";

const CHUNK_BYTES = 1 << 20;

/**
 * Yields the unpacked bytes of `member`, some at a time. Its checksum is not looked at: who reads in pieces compares a
 * digest.
 * @throws {FormatError} If they are damaged, or not as many as the directory tells
 */
export async function* readZipMember(source: ZipSource, member: ZipMember): AsyncGenerator<Uint8Array> {
  let count = 0;
  try {
    for await (const bytes of unpacked(source, member)) {
      count += bytes.length;
      if (count > member.size) throw damaged(member, `more than ${member.size} bytes`);
      yield bytes;
    }
  } catch (error) {
    if (error instanceof TypeError) throw damaged(member, "not deflated data", error); // DecompressionStream's class
    throw error;
  }
  if (count !== member.size) throw damaged(member, `${count} bytes, expected ${member.size}`);
}

/** Reads a whole small member as text. */
export async function readZipText(source: ZipSource, member: ZipMember): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of readZipMember(source, member)) text += decoder.decode(bytes, { stream: true });
  return text + decoder.decode();
}

function unpacked(source: ZipSource, member: ZipMember): ReadableStream<Uint8Array> {
  const packed = readRange(source, packedStart(source, member), member.packedSize);
  return member.stored ? packed : packed.pipeThrough(new DecompressionStream("deflate-raw"));
}

function readRange(source: ZipSource, start: number, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const end = start + size;
  let position = start;
  return new ReadableStream({
    pull(controller) {
      if (position >= end) return controller.close();
      const bytes = source.read(position, Math.min(CHUNK_BYTES, end - position));
      position += bytes.length;
      controller.enqueue(bytes as Uint8Array<ArrayBuffer>);
    },
  }, { highWaterMark: 0 });
}

function damaged({ name }: ZipMember, state: string, cause?: Error): FormatError {
  return new FormatError(`Cannot unpack ${quoted(name)}: ${state}`, { cause });
}
