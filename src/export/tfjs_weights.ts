import { encodeElements } from "../formats/stored_bytes.ts";

/** How float weights are stored; loading turns them back into float32. */
export type WeightPrecision = "float32" | "float16" | "uint8";

/** A constant of a TF.js graph: float32 weights (HWIO for convolutions) or small int32 arrays. */
export interface TfjsConstant {
  /** Name of its node. */
  readonly name: string;
  /** Axis lengths; empty for a single number. */
  readonly shape: readonly number[];
  /** Row-major elements. */
  readonly data: Float32Array | Int32Array;
}

/** An entry of TF.js' weight manifest. */
export interface ManifestEntry {
  /** Name of the constant's node. */
  readonly name: string;
  /** Axis lengths. */
  readonly shape: readonly number[];
  /** Type after loading. */
  readonly dtype: "float32" | "int32";
  /** Present where stored differently: `value = scale · code + min` for uint8. */
  readonly quantization?: {
    readonly dtype: "float16" | "uint8";
    readonly original_dtype: "float32";
    readonly scale?: number;
    readonly min?: number;
  };
}

/** Constants as bytes, cut into files as web servers and caches like them. */
export interface PackedWeights {
  /** In the order of the bytes. */
  readonly entries: readonly ManifestEntry[];
  /** File names and contents, in order. */
  readonly shards: ReadonlyMap<string, Uint8Array>;
}

/** Greatest size of a weight file, in bytes; what TF.js' own converter takes. */
const SHARD_BYTES = 4 * 1024 * 1024;

/**
 * Packs constants. Only weights of convolutions (four axes) are stored with fewer bits: the others are few.
 * @throws {RangeError} If a weight does not fit float16
 */
export function packWeights(constants: readonly TfjsConstant[], precision: WeightPrecision): PackedWeights {
  const packed = constants.map((constant) => packConstant(constant, precision));
  const bytes = new Uint8Array(packed.reduce((sum, part) => sum + part.bytes.length, 0));
  let offset = 0;
  for (const part of packed) {
    bytes.set(part.bytes, offset);
    offset += part.bytes.length;
  }
  return { entries: packed.map((part) => part.entry), shards: cutShards(bytes) };
}

function cutShards(bytes: Uint8Array): Map<string, Uint8Array> {
  const count = Math.max(1, Math.ceil(bytes.length / SHARD_BYTES));
  return new Map(Array.from({ length: count }, (_, i) => {
    const shard = bytes.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES);
    return [`group1-shard${i + 1}of${count}.bin`, shard];
  }));
}

function packConstant(
  constant: TfjsConstant,
  precision: WeightPrecision,
): { entry: ManifestEntry; bytes: Uint8Array } {
  const { name, shape, data } = constant;
  if (data instanceof Int32Array) return { entry: { name, shape, dtype: "int32" }, bytes: bytesOf(data) };
  const entry = { name, shape, dtype: "float32" } as const;
  if (precision === "float32" || shape.length !== 4) return { entry, bytes: bytesOf(data) };
  return precision === "float16" ? packFloat16(entry, data) : packUint8(entry, data);
}

function packFloat16(entry: ManifestEntry, data: Float32Array): { entry: ManifestEntry; bytes: Uint8Array } {
  const greatest = data.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
  if (!(greatest <= 65504)) {
    const state = `its greatest magnitude is ${greatest}`;
    throw new RangeError(`Cannot store "${entry.name}" as float16: ${state}, expected 65504 at most`);
  }
  const bytes = encodeElements({ dtype: "float16", shape: entry.shape, data });
  return { entry: { ...entry, quantization: { dtype: "float16", original_dtype: "float32" } }, bytes };
}

/** 256 even steps from the least to the greatest weight, 0 being one of them. */
function packUint8(entry: ManifestEntry, data: Float32Array): { entry: ManifestEntry; bytes: Uint8Array } {
  const low = data.reduce((least, w) => Math.min(least, w), 0);
  const high = data.reduce((most, w) => Math.max(most, w), 0);
  const scale = high > low ? (high - low) / 255 : 1;
  const min = Math.round(low / scale) * scale;
  const bytes = Uint8Array.from(data, (w) => Math.min(255, Math.max(0, Math.round((w - min) / scale))));
  const quantization = { dtype: "uint8", original_dtype: "float32", scale, min } as const;
  return { entry: { ...entry, quantization }, bytes };
}

function bytesOf(data: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
