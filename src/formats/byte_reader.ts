import { FormatError } from "../core/errors.ts";

const UTF8 = new TextDecoder();

/** Reads little-endian values one after the other; every read past the end is a FormatError, never less data. */
export class ByteReader {
  /** Where the next read begins. */
  position: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;

  /**
   * Reads from memory.
   * @param what Names the source in error texts, for example `torch file`
   * @param position Where to begin
   */
  constructor(bytes: Uint8Array, what: string, position = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
    this.position = position;
  }

  /** Bytes after the position. */
  get remaining(): number {
    return this.#bytes.length - this.position;
  }

  #advance(length: number): number {
    const start = this.position;
    if (length < 0 || start + length > this.#bytes.length) {
      throw new FormatError(
        `Cannot read ${this.#what}: ${length} bytes wanted at byte ${start} of ${this.#bytes.length}, ` +
          "expected them there; the file is cut off or damaged",
      );
    }
    this.position = start + length;
    return start;
  }

  /** The next bytes, as a view. */
  bytes(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** The next bytes as UTF-8. */
  text(length: number): string {
    return UTF8.decode(this.bytes(length));
  }

  /** The text up to the next line feed, which is skipped; at most 4096 bytes. */
  line(): string {
    const end = this.#bytes.subarray(this.position, this.position + 4096).indexOf(10);
    if (end < 0) this.#advance(this.remaining + 1);
    const text = this.text(end);
    this.position++;
    return text;
  }

  /** 0 to 255. */
  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** 0 to 65535. */
  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  /** −2^31 to 2^31 − 1. */
  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** 0 to 2^32 − 1. */
  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** 64 bits; rounded above 2^53, where it is beyond every file. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  /** A big-endian double, as pickles hold it. */
  float64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }
}
