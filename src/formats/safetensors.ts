import { isTable } from "../core/is_table.ts";
import { FormatError } from "../core/errors.ts";
import { IndexNames } from "../core/index_names.ts";
import { quoted, shownValue } from "../core/shown_text.ts";
import { repeatedJsonKey } from "./json_keys.ts";
import { bytesPerElement, decodeElements, elementCount, encodeElements } from "./stored_bytes.ts";
import type { StoredDtype, StoredTensor } from "./stored_tensor.ts";

/** The reference implementation's limit of the header's length, in bytes. */
const MAX_HEADER_BYTES = 100_000_000;

/** In the order in which the reference implementation (safetensors 0.8) lays them in a file. */
const DTYPES: Readonly<Record<string, StoredDtype>> = {
  I64: "int64",
  F64: "float64",
  F32: "float32",
  I32: "int32",
  BF16: "bfloat16",
  F16: "float16",
  I16: "int16",
  I8: "int8",
  U8: "uint8",
  BOOL: "bool",
};

const CODES: readonly string[] = Object.keys(DTYPES);

/** What a safetensors file holds. */
export interface SafetensorsFile {
  /** By name. */
  readonly tensors: Map<string, StoredTensor>;
  /** The header's `__metadata__`; empty where there is none. */
  readonly metadata: Record<string, string>;
}

interface Entry {
  readonly name: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function headerBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength < 8) {
    throw new FormatError(`Cannot read safetensors: file has ${bytes.byteLength} bytes, expected at least 8`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  const limit = Math.min(bytes.byteLength - 8, MAX_HEADER_BYTES);
  if (length > BigInt(limit)) {
    throw new FormatError(
      `Cannot read safetensors: header length is ${length}, expected at most ${limit} in a file of ${bytes.byteLength} bytes`,
    );
  }
  return bytes.subarray(8, 8 + Number(length));
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw new FormatError("Cannot read safetensors: header is no JSON, expected a JSON object", { cause });
  }
  if (!isTable(header)) {
    throw new FormatError("Cannot read safetensors: header is no object, expected a JSON object");
  }
  const repeated = repeatedJsonKey(text);
  if (repeated !== undefined) {
    throw new FormatError(
      `Cannot read safetensors: name ${quoted(repeated)} stands twice, expected each once`,
    );
  }
  return header;
}

function readMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (isTable(value) && Object.values(value).every((text) => typeof text === "string")) {
    return value as Record<string, string>;
  }
  throw new FormatError("Cannot read safetensors: __metadata__ is no table of texts, expected texts by name");
}

function readEntry(name: string, value: unknown): Entry {
  const fail = (state: string, rule: string): never => {
    throw new FormatError(`Cannot read tensor ${quoted(name)}: ${state}, expected ${rule}`);
  };
  if (!isTable(value)) return fail("its header entry is no object", "dtype, shape and data_offsets");
  const { dtype: code, shape, data_offsets: offsets } = value;
  const dtype = typeof code === "string" && Object.hasOwn(DTYPES, code) ? DTYPES[code] : undefined;
  if (dtype === undefined) {
    return fail(`dtype is ${shownValue(code)}`, `one of ${CODES.join(", ")}`);
  }
  const count = Array.isArray(shape) ? elementCount(shape) : undefined;
  if (count === undefined) return fail(`shape is ${shownValue(shape)}`, "sizes from 0");
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(Number.isSafeInteger)) {
    return fail(`data_offsets is ${shownValue(offsets)}`, "[begin, end]");
  }
  const [begin, end] = offsets as [number, number];
  const length = count * bytesPerElement(dtype);
  if (end - begin !== length) {
    return fail(
      `data_offsets [${begin}, ${end}] hold ${end - begin} bytes`,
      `${length} for ${dtype} ${shownValue(shape)}`,
    );
  }
  return { name, dtype, shape: shape as number[], begin, end };
}

/** Every byte after the header belongs to exactly one tensor, as the format demands. */
function checkCover(entries: readonly Entry[], available: number): void {
  const sorted = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of sorted) {
    if (begin !== position || end > available) {
      throw new FormatError(
        `Cannot read tensor ${quoted(name)}: data_offsets are [${begin}, ${end}], ` +
          `expected them to begin at ${position} and to end by ${available} (no overlap, no gap, inside the file)`,
      );
    }
    position = end;
  }
  if (position !== available) {
    throw new FormatError(
      `Cannot read safetensors: tensors end at ${position}, expected ${available}, the data's end`,
    );
  }
}

/**
 * Reads a safetensors file. Tensors are views on `bytes` where alignment allows, copies otherwise;
 * float16 and bfloat16 become float32 data.
 * @param bytes The whole file
 * @throws {FormatError} If the header is longer than the file or 100 MB, is no JSON or repeats a name; or, naming
 * the tensor, if its dtype is unknown, its shape does not fit its length, or its bytes overlap, leave a gap or lie
 * outside the file
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const headerPart = headerBytes(bytes);
  const { __metadata__, ...described } = parseHeader(headerPart);
  const metadata = readMetadata(__metadata__);
  const indexNames = new IndexNames();
  const entries = Object.entries(described).map(([name, value]) => {
    const problem = indexNames.take(name);
    if (problem === undefined) return readEntry(name, value);
    throw new FormatError(`Cannot read safetensors: ${problem}, expected names of parameters`);
  });
  const data = bytes.subarray(8 + headerPart.byteLength);
  checkCover(entries, data.byteLength);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    tensors.set(name, { dtype, shape, data: decodeElements(dtype, data.subarray(begin, end)) });
  }
  return { tensors, metadata };
}

function rank({ dtype }: StoredTensor): number {
  return Object.values(DTYPES).indexOf(dtype);
}

function checkedBytes(name: string, tensor: StoredTensor): Uint8Array {
  if (elementCount(tensor.shape) !== tensor.data.length) {
    throw new RangeError(
      `Cannot write tensor ${
        JSON.stringify(name)
      }: it has ${tensor.data.length} elements, expected [${tensor.shape}]`,
    );
  }
  return encodeElements(tensor);
}

/**
 * Writes a safetensors file: tensors by element type, then name, the header padded with spaces to
 * 8 bytes: the order and the bytes of the reference implementation. Same input, same bytes.
 * @throws {RangeError} If a tensor's data does not fill its shape, or a tensor is named `__metadata__`
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  if (tensors.has("__metadata__")) {
    throw new RangeError('Cannot write safetensors: a tensor is named "__metadata__", expected another name');
  }
  const parts = [...tensors]
    .map(([name, tensor]) => ({ name, tensor, bytes: checkedBytes(name, tensor) }))
    .sort((a, b) => rank(a.tensor) - rank(b.tensor) || (a.name < b.name ? -1 : 1));
  const texts = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const header: [string, unknown][] = texts.length === 0 ? [] : [["__metadata__", Object.fromEntries(texts)]];
  let end = 0;
  for (const { name, tensor, bytes } of parts) {
    const begin = end;
    end += bytes.byteLength;
    header.push([name, { dtype: CODES[rank(tensor)], shape: tensor.shape, data_offsets: [begin, end] }]);
  }
  return joinFile(header, parts.map(({ bytes }) => bytes), end);
}

function joinFile(header: [string, unknown][], parts: readonly Uint8Array[], dataLength: number): Uint8Array {
  // written entry by entry: an object would reorder names that look like integers
  const fields = header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const text = new TextEncoder().encode(`{${fields.join(",")}}`);
  const headerLength = Math.ceil(text.byteLength / 8) * 8;
  const file = new Uint8Array(8 + headerLength + dataLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, 8, 8 + headerLength);
  file.set(text, 8);
  let position = 8 + headerLength;
  for (const part of parts) {
    file.set(part, position);
    position += part.byteLength;
  }
  return file;
}
