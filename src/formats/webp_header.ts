import { FormatError } from "../core/errors.ts";
import { exifOrientation, type Orientation } from "./exif_orientation.ts";

/** What the chunks of a WebP say (RFC 9649). */
export interface WebpHeader {
  /** Stored columns, before turning. */
  readonly width: number;
  /** Stored rows, before turning. */
  readonly height: number;
  /** Whether all values are kept. */
  readonly lossless: boolean;
  /** 1 where there is none. */
  readonly orientation: Orientation;
  /** Bytes of the whole file. */
  readonly fileBytes: number;
}

const EXIF_FLAG = 0x08;
const ANIMATION_FLAG = 0x02;

function fail(name: string, state: string, rule = "a whole WebP file"): never {
  throw new FormatError(`Cannot decode "${name}": ${state}, expected ${rule}`);
}

interface Chunk {
  readonly type: string;
  readonly body: DataView;
}

/** The chunks that begin in the given bytes; the last may be a part. */
function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length;) {
    const type = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    const kept = Math.min(length, bytes.length - at - 8);
    yield { type, body: new DataView(bytes.buffer, bytes.byteOffset + at + 8, kept) };
    at += 8 + length + length % 2;
  }
}

/** Sizes of a frame without (VP8) or with (VP8L) all its values. */
function frameSize({ type, body }: Chunk): { width: number; height: number } | undefined {
  if (type === "VP8 " && body.byteLength >= 10) {
    return { width: body.getUint16(6, true) & 0x3fff, height: body.getUint16(8, true) & 0x3fff };
  }
  if (type !== "VP8L" || body.byteLength < 5) return undefined;
  const bits = body.getUint32(1, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/**
 * Walks the chunks.
 * @param bytes The file, or its beginning where it has no EXIF part
 * @param name Stands in error texts
 * @throws {FormatError} If the file ends before what is looked for, or is an animation
 */
export function readWebpHeader(bytes: Uint8Array, name: string): WebpHeader {
  const cut = () => fail(name, `it ends inside its header (${bytes.length} bytes)`);
  if (bytes.length < 30) cut();
  const fileBytes = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4, true) + 8;
  let size: { width: number; height: number } | undefined;
  let [lossless, wantsExif, orientation] = [false, false, 1 as Orientation];
  for (const chunk of chunksOf(bytes)) {
    const { type, body } = chunk;
    if (type === "VP8X" && body.byteLength >= 1) {
      const flags = body.getUint8(0);
      if ((flags & ANIMATION_FLAG) !== 0) fail(name, "it is an animation", "a single picture");
      wantsExif = (flags & EXIF_FLAG) !== 0;
    }
    if (size === undefined) size = frameSize(chunk);
    if (type === "VP8L") lossless = true;
    if (type !== "EXIF" || body.byteLength < 8) continue;
    orientation = exifOrientation(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
    wantsExif = false;
  }
  // EXIF stands behind the pixels
  if (size === undefined || (wantsExif && bytes.length < fileBytes)) return cut();
  if (size.width < 1 || size.height < 1) fail(name, `its header says ${size.width} × ${size.height}`);
  return { ...size, lossless, orientation, fileBytes };
}
