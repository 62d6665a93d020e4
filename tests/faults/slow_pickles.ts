/** Torch files that are slow or large to read by their construction. */
import { latin, zipWithPickle } from "../formats/torch_files.ts";

/** Joins parts of a pickle. */
function joined(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes = parts.map((part) => typeof part === "string" ? latin(part) : part);
  const result = new Uint8Array(bytes.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of bytes) {
    result.set(part, position);
    position += part.length;
  }
  return result;
}

function repeated(pattern: Uint8Array, count: number): Uint8Array {
  const bytes = new Uint8Array(pattern.length * count);
  for (let i = 0; i < count; i++) bytes.set(pattern, i * pattern.length);
  return bytes;
}

/** LONG1 of 32 bytes whose low 64 bits are all the same: engines hash a big integer by its first digit. */
function collidingIntegers(count: number): Uint8Array {
  const bytes = new Uint8Array(35 * count);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) {
    bytes.set([0x8a, 32], 35 * i);
    view.setUint32(35 * i + 14, i, true);
    bytes[35 * i + 33] = 1;
    bytes[35 * i + 34] = 0x4e; // None, the value
  }
  return bytes;
}

/** V8's unseeded hash of a 32-bit integer (ComputeUnseededHash in src/utils/utils.h). */
function integerHash(key: number): number {
  let hash = key >>> 0;
  hash = (~hash + (hash << 15)) >>> 0;
  hash = (hash ^ (hash >>> 12)) >>> 0;
  hash = (hash + (hash << 2)) >>> 0;
  hash = (hash ^ (hash >>> 4)) >>> 0;
  hash = Math.imul(hash, 2057) >>> 0;
  return ((hash ^ (hash >>> 16)) & 0x3fffffff) >>> 0;
}

/** BININT keys whose hashes end alike, each with None. */
function collidingKeys(count: number): Uint8Array {
  const bytes = new Uint8Array(6 * count);
  const view = new DataView(bytes.buffer);
  for (let key = 0, i = 0; i < count; key++) {
    if ((integerHash(key) & 0x3fff) !== 0) continue;
    bytes[6 * i] = 0x4a;
    view.setInt32(6 * i + 1, key, true);
    bytes[6 * i + 5] = 0x4e;
    i++;
  }
  return bytes;
}

/** BINFLOAT keys: any double may be one, so many more collide than integers. */
function floatKeys(count: number): Uint8Array {
  const bytes = new Uint8Array(10 * count);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) {
    bytes[10 * i] = 0x47;
    view.setFloat64(10 * i + 1, i + 0.5);
    bytes[10 * i + 9] = 0x4e;
  }
  return bytes;
}

/** LONG_BINPUT under numbers whose hashes end alike. */
function collidingMemo(count: number): Uint8Array {
  const bytes = collidingKeys(count);
  for (let i = 0; i < count; i++) bytes[6 * i] = 0x72;
  // r NUMBER, then None: a value more on the stack each
  return bytes;
}

/** Texts of numbers that engines hash by their value, as BINUNICODE keys, each with None. */
function indexKeys(count: number): Uint8Array {
  const keys = Array.from({ length: count }, (_, i) => `${i * 65536}`);
  return latin(keys.map((key) => `X${String.fromCharCode(key.length)}\0\0\0${key}N`).join(""));
}

const PAIR = "NN\x86";
const ORDERED = "ccollections\nOrderedDict\n";

/** A list of pairs that is made an OrderedDict again and again: three bytes each time. */
function orderedAgain(pairs: number, times: number): Uint8Array {
  return joined([
    "\x80\x02](",
    repeated(latin(PAIR), pairs),
    "eq\x01",
    ORDERED,
    "q\x020(",
    repeated(latin("h\x02h\x01\x85R"), times),
    "t.",
  ]);
}

/** The header of the old layout, then this as the pickle of the version. */
function oldVersion(version: string | Uint8Array): Uint8Array {
  return joined(["\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02", version]);
}

/** A tuple of two of the last tuple, so many times: 2^times leaves. */
function laughs(times: number): string {
  return "N" + "q\x00h\x00\x86".repeat(times);
}

/** By what they are. */
export const SLOW_PICKLES: Readonly<Record<string, () => Uint8Array>> = {
  "big integers of one hash as keys": () =>
    zipWithPickle(joined(["\x80\x02}(", collidingIntegers(100_000), "u."])),
  "integers of one hash as keys": () => zipWithPickle(joined(["\x80\x02}(", collidingKeys(100_000), "u."])),
  "indices of one hash as keys": () => zipWithPickle(joined(["\x80\x02}(", indexKeys(60_000), "u."])),
  "floats as keys": () => zipWithPickle(joined(["\x80\x02}(", floatKeys(300_000), "u."])),
  "memo numbers of one hash": () => zipWithPickle(joined(["\x80\x02N", collidingMemo(100_000), "."])),
  "an OrderedDict made again and again": () => zipWithPickle(orderedAgain(20_000, 100_000)),
  "a set of big integers": () =>
    zipWithPickle(joined(["\x80\x04\x8f(", collidingIntegers(100_000), "\x90."])),
  "millions of empty dicts": () =>
    zipWithPickle(joined(["\x80\x02(", repeated(latin("}"), 4_000_000), "t."])),
  "millions of empty tuples": () =>
    zipWithPickle(joined(["\x80\x02(", repeated(latin(")"), 4_000_000), "t."])),
  "millions of marks": () => zipWithPickle(joined(["\x80\x02", repeated(latin("("), 4_000_000), "."])),
  "a tensor of 100,000 axes again and again": () =>
    zipWithPickle(joined([
      "\x80\x02(",
      repeated(latin("K\x01"), 100_000),
      "tq\x01",
      "ctorch._utils\n_rebuild_tensor_v2\nq\x020",
      "(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x02tQq\x030(",
      repeated(latin("h\x02(h\x03K\x00h\x01h\x01tR"), 10_000),
      "t.",
    ])),
  "lists in themselves": () => zipWithPickle(latin(`\x80\x02]q\x00(${"h\x00".repeat(1000)}e.`)),
  "tuples of tuples": () => zipWithPickle(latin(`\x80\x02${laughs(60)}.`)),
  "an old file's version of tuples of tuples": () => oldVersion(`${laughs(45)}.`),
  "an old file's version that is deep": () => oldVersion(`${")".repeat(1)}${"\x85".repeat(1_000_000)}.`),
  "a name of 4000 letters": () =>
    zipWithPickle(latin(`\x80\x02c${"m".repeat(4000)}\n${"n".repeat(4000)}\n.`)),
  "a name that turns the line round": () => zipWithPickle(latin("\x80\x02cos\nsys\xe2\x80\xaetem\x1b[2J\n.")),
};
