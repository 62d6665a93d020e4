import { FormatError } from "../core/errors.ts";
import { type Orientation, readOrientation } from "./exif_orientation.ts";

/** The frame header of a JPEG (ITU T.81, B.2.2), and the orientation that its EXIF part states. */
export interface JpegHeader {
  /** Stored columns, before turning. */
  readonly width: number;
  /** Stored rows, before turning. */
  readonly height: number;
  /** 1 grey, 3 colour, 4 CMYK. */
  readonly components: number;
  /** Bits of a sample: 8 or 12, up to 16 in lossless files. */
  readonly precision: number;
  /** The n of the frame's marker SOFn: 0 to 2 Huffman (2 progressive); others are lossless or arithmetic. */
  readonly process: number;
  /** 1 where there is none. */
  readonly orientation: Orientation;
  /** Of each component: its identifier and how many blocks of it lie beside and below each other, 1 to 4. */
  readonly sampling: readonly ComponentSampling[];
  /** Where the frame header ends in the file. */
  readonly end: number;
}

/** How densely a component is sampled (ITU T.81, B.2.2: C, H and V). */
export interface ComponentSampling {
  /** Scans name the component by it. */
  readonly id: number;
  /** Blocks beside each other in a unit of all components. */
  readonly right: number;
  /** Blocks below each other. */
  readonly down: number;
}

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;
const APP1 = 0xe1;

/** SOF0 to SOF15 without DHT, JPG and DAC, which lie in the same range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function fail(name: string, state: string): never {
  throw new FormatError(`Cannot decode "${name}": ${state}, expected a whole JPEG file`);
}

function readFrame(
  view: DataView,
  marker: number,
  name: string,
): Omit<JpegHeader, "orientation" | "end"> {
  const components = view.byteLength < 6 ? 0 : view.getUint8(5);
  if (components === 0 || view.byteLength < 6 + 3 * components) fail(name, "its frame header is too short");
  const height = view.getUint16(1);
  const width = view.getUint16(3);
  if (width === 0 || height === 0) fail(name, `its header says ${width} × ${height}`);
  const sampling = Array.from({ length: components }, (_, i) => {
    const factors = view.getUint8(7 + 3 * i);
    return { id: view.getUint8(6 + 3 * i), right: factors >> 4, down: factors & 15 };
  });
  if (sampling.some(({ right, down }) => Math.min(right, down) < 1 || Math.max(right, down) > 4)) {
    fail(name, "its sampling factors are none from 1 to 4");
  }
  return { width, height, components, precision: view.getUint8(0), process: marker - 0xc0, sampling };
}

/**
 * Walks the markers up to the frame header.
 * @param bytes The file or its beginning; begins with the bytes FF D8
 * @param name Stands in error texts
 * @throws {FormatError} If the file ends, or its picture begins, before a frame header
 */
export function readJpegHeader(bytes: Uint8Array, name: string): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let orientation: Orientation = 1;
  for (let position = 2; position + 4 <= bytes.length;) {
    if (bytes[position] !== 0xff) fail(name, `no marker at byte ${position}`);
    const marker = bytes[position + 1]!;
    if (marker === 0xff) {
      position++; // fill byte
      continue;
    }
    if (marker === START_OF_SCAN || marker === END_OF_IMAGE) fail(name, "it has no frame header");
    const length = view.getUint16(position + 2);
    if (length < 2) fail(name, `a segment at byte ${position} has length ${length}`);
    const segment = bytes.subarray(position + 4, position + 2 + length);
    if (isFrame(marker)) {
      const frame = new DataView(bytes.buffer, segment.byteOffset, segment.byteLength);
      return { ...readFrame(frame, marker, name), orientation, end: position + 2 + length };
    }
    if (marker === APP1 && orientation === 1) orientation = readOrientation(segment);
    position += 2 + length;
  }
  return fail(name, `it ends inside its header (${bytes.length} bytes)`);
}
