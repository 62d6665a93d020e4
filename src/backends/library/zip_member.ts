/** Unpacks one member of a zip file piece by piece. */
import { FormatError } from "../../core/errors.ts";
import { readExactly } from "./read_exactly.ts";
import type { ZipMember } from "./zip_directory.ts";

const LOCAL_HEADER_SIGNATURE = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const CHUNK_BYTES = 1 << 20;

/**
 * Yields the unpacked bytes of `member`, some at a time; the file's position moves, so only one member is read at a time.
 * @throws {FormatError} If they are damaged, or not as many as the directory tells
 */
export async function* readZipMember(file: Deno.FsFile, member: ZipMember): AsyncGenerator<Uint8Array> {
  let count = 0;
  try {
    for await (const bytes of await unpacked(file, member)) {
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
export async function readZipText(file: Deno.FsFile, member: ZipMember): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of readZipMember(file, member)) text += decoder.decode(bytes, { stream: true });
  return text + decoder.decode();
}

async function unpacked(file: Deno.FsFile, member: ZipMember): Promise<ReadableStream<Uint8Array>> {
  const header = await readExactly(file, member.headerOffset, LOCAL_HEADER_BYTES);
  const view = new DataView(header.buffer);
  if (view.getUint32(0, true) !== LOCAL_HEADER_SIGNATURE) {
    throw damaged(member, "no header where one is announced");
  }
  const tail = view.getUint16(26, true) + view.getUint16(28, true);
  const packed = readRange(file, member.headerOffset + LOCAL_HEADER_BYTES + tail, member.compressedSize);
  return member.method === 0 ? packed : packed.pipeThrough(new DecompressionStream("deflate-raw"));
}

function readRange(file: Deno.FsFile, offset: number, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const end = offset + size;
  let position = offset;
  return new ReadableStream({
    async pull(controller) {
      if (position >= end) return controller.close();
      const bytes = await readExactly(file, position, Math.min(CHUNK_BYTES, end - position));
      position += bytes.length;
      controller.enqueue(bytes as Uint8Array<ArrayBuffer>);
    },
  }, { highWaterMark: 0 });
}

function damaged(member: ZipMember, state: string, cause?: Error): FormatError {
  return new FormatError(`Cannot unpack "${member.name}": ${state}`, { cause });
}
