/** Files changed at random: by bytes, and behind checksums that are made right again. */
import { crc32 } from "node:zlib";
import { type RandomStream, randomStream } from "../../src/core/random.ts";
import { frameRecord, readRecords } from "../../src/formats/records.ts";
import { openZip } from "../../src/formats/zip_archive.ts";
import { writeZip } from "../../src/formats/zip_writer.ts";

/** Values that sizes, counts and offsets break at. */
const EDGES = [0, 1, 2, 127, 128, 254, 255];

function replaced(bytes: Uint8Array, at: number, removed: number, added: ArrayLike<number>): Uint8Array {
  const result = new Uint8Array(bytes.length - removed + added.length);
  result.set(bytes.subarray(0, at));
  result.set(added, at);
  result.set(bytes.subarray(at + removed), at + added.length);
  return result;
}

/** One change: a byte set, an edge value written over one to eight bytes, bytes removed, inserted, repeated or cut off. */
function changeOnce(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const at = random.integer(bytes.length + 1);
  const length = Math.min(1 + random.integer(8), bytes.length - at);
  switch (random.integer(8)) {
    case 0:
      return replaced(bytes, at, length, new Uint8Array(length).fill(EDGES[random.integer(EDGES.length)]!));
    case 1:
      return replaced(bytes, at, length, []);
    case 2:
      return replaced(bytes, at, 0, [random.integer(256)]);
    case 3:
      return replaced(bytes, at, 0, bytes.subarray(random.integer(at + 1), at).slice(-300));
    case 4:
      return random.integer(4) === 0 ? bytes.slice(0, at) : bytes;
    default:
      return length === 0 ? bytes : replaced(bytes, at, 1, [random.integer(256)]);
  }
}

/** One to five changes. */
export function mutated(bytes: Uint8Array, random: RandomStream): Uint8Array {
  let result = bytes;
  for (let count = 1 + random.integer(5); count > 0; count--) result = changeOnce(result, random);
  return result;
}

/** The stream of a mutation. */
export function mutationStream(seed: number): RandomStream {
  return randomStream(seed, "mutations");
}

/** A PNG with one chunk's body changed and its length and checksum made right again. */
export function mutatedPng(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts: number[] = [];
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) starts.push(at);
  const start = starts[random.integer(starts.length)]!;
  const length = view.getUint32(start);
  const body = mutated(bytes.subarray(start + 8, start + 8 + length), random);
  const chunk = new Uint8Array(body.length + 12);
  const chunkView = new DataView(chunk.buffer);
  chunkView.setUint32(0, body.length);
  chunk.set(bytes.subarray(start + 4, start + 8), 4);
  chunk.set(body, 8);
  chunkView.setUint32(body.length + 8, crc32(chunk.subarray(4, body.length + 8)));
  return replaced(bytes, start, length + 12, chunk);
}

/** A zip file with one entry changed and all checksums right. */
export function mutatedZip(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const zip = openZip(bytes);
  const pickle = zip.names.findIndex((name) => name.endsWith("data.pkl"));
  const which = random.integer(4) > 0 ? pickle : random.integer(zip.names.length);
  return writeZip(zip.names.map((name, i) => {
    const entry = zip.read(name);
    return { name, bytes: i === which ? mutated(entry, random) : entry };
  }));
}

/** An event file with one record changed and all checksums right. */
export function mutatedEvents(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const { records } = readRecords(bytes);
  const which = random.integer(records.length);
  const framed = records.map((record, i) => frameRecord(i === which ? mutated(record, random) : record));
  return Uint8Array.from(framed.flatMap((record) => [...record]));
}

/** A safetensors file with its header changed, the length before it right, and zeros for what it may miss. */
export function mutatedHeader(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = mutated(bytes.subarray(8, 8 + length), random);
  const file = replaced(bytes, 8, length, header);
  new DataView(file.buffer).setUint32(0, header.length, true);
  return file;
}
